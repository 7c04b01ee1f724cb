/* A calendar beside every day field, in the language of the page whatever the browser speaks.

   The field stays a text field: what is typed in any of the usual ways becomes 2026-11-26, and the
   weekday stands beside it. Without this script the server reads the same ways. */
(function () {
  "use strict";

  const words = document.currentScript.dataset;
  const MONTHS = words.months.split(",");
  const SHORT = words.short.split(",");
  const LONG = words.long.split(",");
  const FIRST_YEAR = 1900, LAST_YEAR = 2100;
  let open = null;
  let count = 0;

  // ── Days ─────────────────────────────────────────────────────────────────────────────────

  function day(year, month, number) {
    const made = new Date(year, month - 1, number);
    const same = made.getFullYear() === year && made.getMonth() === month - 1 && made.getDate() === number;
    return same && year >= FIRST_YEAR && year <= LAST_YEAR ? made : null;
  }

  function iso(of) {
    const two = (number) => String(number).padStart(2, "0");
    return of.getFullYear() + "-" + two(of.getMonth() + 1) + "-" + two(of.getDate());
  }

  function of(text) {
    const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text || "");
    return parts && day(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  }

  function moved(from, days) {
    return new Date(from.getFullYear(), from.getMonth(), from.getDate() + days);
  }

  function inMonth(from, months) {
    const last = new Date(from.getFullYear(), from.getMonth() + months + 1, 0).getDate();
    return new Date(from.getFullYear(), from.getMonth() + months, Math.min(from.getDate(), last));
  }

  const today = () => of(words.today) || new Date();
  const weekday = (of) => (of.getDay() + 6) % 7;

  /** The day that was typed, as the server reads it; null where it is none. */
  function typed(text, latest) {
    const said = text.normalize("NFKC").replace(/。/g, ".").replace(/\s+/g, "");
    let parts = /^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?$/.exec(said) || /^(\d{4})(\d{2})(\d{2})$/.exec(said);
    if (parts) return day(Number(parts[1]), Number(parts[2]), Number(parts[3]));
    parts = /^(\d{1,2})[-./月](\d{1,2})[日号]?$/.exec(said);
    if (!parts) return null;
    const near = today();
    const around = [-1, 0, 1]
      .map((years) => day(near.getFullYear() + years, Number(parts[1]), Number(parts[2])))
      .filter((each) => each && (!latest || each <= latest));
    around.sort((one, other) => Math.abs(one - near) - Math.abs(other - near));
    return around[0] || null;
  }

  function said(pattern, of) {
    return pattern
      .replace("{year}", of.getFullYear())
      .replace("{month}", MONTHS[of.getMonth()])
      .replace("{day}", of.getDate())
      .replace("{weekday}", LONG[weekday(of)]);
  }

  // ── The field ────────────────────────────────────────────────────────────────────────────

  function element(name, attributes, text) {
    const made = document.createElement(name);
    Object.keys(attributes).forEach((key) => made.setAttribute(key, attributes[key]));
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function enhance(input) {
    if (input.dataset.calendar || input.disabled || input.readOnly) return;
    input.dataset.calendar = "there";
    const box = element("span", { class: "day-box" });
    const button = element("button", { type: "button", class: "day-open no-print", "aria-label": words.open, "aria-haspopup": "dialog", "aria-expanded": "false" });
    const echo = element("span", { class: "weekday", id: "weekday-" + ++count });
    input.parentNode.insertBefore(box, input);
    box.append(input, button, echo);
    input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), echo.id].filter(Boolean).join(" "));

    const latest = () => of(input.dataset.latest);
    function tell() {
      const found = typed(input.value, latest());
      echo.textContent = found ? LONG[weekday(found)] : "";
      return found;
    }
    input.addEventListener("input", tell);
    input.addEventListener("change", () => {
      const found = tell();
      if (found) input.value = iso(found);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" && event.altKey) {
        event.preventDefault();
        show(input, box, button, tell() || today());
      }
    });
    button.addEventListener("click", () => {
      if (open && open.input === input) close(true);
      else show(input, box, button, tell() || today());
    });
    tell();
  }

  // ── The calendar ─────────────────────────────────────────────────────────────────────────

  function show(input, box, button, at) {
    close(false);
    const latest = of(input.dataset.latest);
    const panel = element("div", { class: "calendar no-print", role: "dialog", "aria-modal": "true", "aria-label": words.open });
    open = { input, box, button, panel, latest, at: latest && at > latest ? latest : at };
    box.append(panel);
    button.setAttribute("aria-expanded", "true");
    panel.addEventListener("keydown", keys);
    panel.addEventListener("click", clicks);
    draw();
    const edge = panel.getBoundingClientRect();
    if (edge.right > document.documentElement.clientWidth) panel.classList.add("to-the-left");
    focusDay();
  }

  function close(back) {
    if (!open) return;
    const { panel, button, input } = open;
    open = null;
    panel.remove();
    button.setAttribute("aria-expanded", "false");
    if (back) (back === "field" ? input : button).focus();
  }

  function draw() {
    const { panel, at, latest, input } = open;
    const chosen = of(input.value);
    const now = today();
    const heading = "calendar-heading-" + count;
    const bar = element("div", { class: "bar" });
    bar.append(
      element("button", { type: "button", "data-go": "-1", "aria-label": words.previous }, "‹"),
      element("strong", { id: heading, "aria-live": "polite" }, said(words.heading, at)),
      element("button", { type: "button", "data-go": "1", "aria-label": words.next }, "›")
    );
    const table = element("table", { role: "grid", "aria-labelledby": heading });
    const head = element("tr", {});
    SHORT.forEach((short, index) => head.append(element("th", { scope: "col", abbr: LONG[index] }, short)));
    const top = element("thead", {});
    top.append(head);
    const body = element("tbody", {});
    const first = new Date(at.getFullYear(), at.getMonth(), 1);
    let each = moved(first, -weekday(first));
    const last = new Date(at.getFullYear(), at.getMonth() + 1, 0);
    while (each <= last) {
      const row = element("tr", {});
      for (let column = 0; column < 7; column += 1) {
        const cell = element("td", { role: "gridcell" });
        if (each.getMonth() === at.getMonth()) {
          const button = element("button", { type: "button", "data-day": iso(each), "aria-label": said(words.whole, each), tabindex: iso(each) === iso(at) ? "0" : "-1" }, String(each.getDate()));
          if (chosen && iso(each) === iso(chosen)) cell.setAttribute("aria-selected", "true");
          if (iso(each) === iso(now)) button.setAttribute("aria-current", "date");
          if (latest && each > latest) button.setAttribute("aria-disabled", "true");
          cell.append(button);
        }
        row.append(cell);
        each = moved(each, 1);
      }
      body.append(row);
    }
    table.append(top, body);
    const foot = element("div", { class: "bar" });
    foot.append(
      element("button", { type: "button", "data-day": iso(now), class: "now" }, words.now),
      element("button", { type: "button", "data-close": "" }, words.close)
    );
    while (panel.firstChild) panel.firstChild.remove();
    panel.append(bar, table, foot);
  }

  function focusDay() {
    const cell = open.panel.querySelector('td [tabindex="0"]');
    if (cell) cell.focus();
  }

  function go(to) {
    if (open.latest && to > open.latest) to = open.latest;
    if (to.getFullYear() < FIRST_YEAR || to.getFullYear() > LAST_YEAR) return;
    open.at = to;
    draw();
    focusDay();
  }

  function choose(text) {
    const found = of(text);
    const { input, latest } = open;
    if (!found || (latest && found > latest)) return;
    input.value = text;
    close("field");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function clicks(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.go) {
      const step = Number(button.dataset.go);
      open.at = inMonth(open.at, step);
      draw();
      open.panel.querySelector('[data-go="' + step + '"]').focus();
    } else if ("close" in button.dataset) close("field");
    else if (button.dataset.day) choose(button.dataset.day);
  }

  function keys(event) {
    const inGrid = event.target.closest("td");
    const at = open.at;
    const steps = {
      ArrowLeft: () => moved(at, -1),
      ArrowRight: () => moved(at, 1),
      ArrowUp: () => moved(at, -7),
      ArrowDown: () => moved(at, 7),
      Home: () => moved(at, -weekday(at)),
      End: () => moved(at, 6 - weekday(at)),
      PageUp: () => inMonth(at, event.shiftKey ? -12 : -1),
      PageDown: () => inMonth(at, event.shiftKey ? 12 : 1),
    };
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close("field");
    } else if (event.key === "Tab") {
      // The dialog is modal: the focus goes round within it.
      const stops = Array.from(open.panel.querySelectorAll("button")).filter((each) => each.tabIndex >= 0);
      const end = event.shiftKey ? stops[0] : stops[stops.length - 1];
      if (document.activeElement === end) {
        event.preventDefault();
        (event.shiftKey ? stops[stops.length - 1] : stops[0]).focus();
      }
    } else if (inGrid && steps[event.key]) {
      event.preventDefault();
      go(steps[event.key]());
    }
  }

  document.addEventListener("mousedown", (event) => {
    if (open && !open.box.contains(event.target)) close(false);
  });
  function all(within) {
    within.querySelectorAll("input.day").forEach(enhance);
  }
  document.addEventListener("fresh", (event) => all(event.target));
  all(document);
})();
