"""A page as a browser would send it back."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """What a browser would send back of a page as it was shown, and as it is filled in."""

    def __init__(self, response, mark="data-record"):
        super().__init__()
        self.mark = mark
        self.address = response.request["PATH_INFO"]
        if query := response.request["QUERY_STRING"]:
            self.address += f"?{query}"
        self.data: dict[str, object] = {}
        self.inside = self.select = self.text = None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = self.mark in given or None
        if not self.inside or "disabled" in given:
            return
        name = given.get("name")
        if tag == "input" and name and given.get("type") not in {"file", "submit"}:
            tick = given.get("type") in {"checkbox", "radio"}
            if not tick:
                self.data[name] = given.get("value", "")
            elif "checked" in given:
                self.data.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "select" and name:
            self.select = name
            self.data[name] = ""
        elif tag == "option" and self.select and "selected" in given:
            self.data[self.select] = given.get("value", "")
        elif tag == "textarea" and name:
            self.text = name
            self.data[name] = ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.text = None

    def handle_data(self, data):
        if self.text and self.inside:
            self.data[self.text] += data.removeprefix("\n")

    def send(self, client, refresh=None, **filled):
        data = self.data | filled
        if refresh is not None:
            data["refresh"] = refresh
        return client.post(self.address, {k: v for k, v in data.items() if v is not None})
