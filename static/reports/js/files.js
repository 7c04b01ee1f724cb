/* File fields in the language of the page: a button, the chosen names, and dropping onto the field.

   The field of the browser stays where it is, for the keyboard and for screen readers; only its
   look is replaced. Without this script it is a plain file field. */
(function () {
  "use strict";

  const words = document.currentScript.dataset;

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function size(bytes) {
    if (bytes < 1024) return bytes + " B";
    return bytes < 1048576 ? Math.round(bytes / 1024) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
  }

  function enhance(input) {
    if (input.dataset.drop || input.disabled) return;
    input.dataset.drop = "there";
    const box = element("div", "file-box");
    input.parentNode.insertBefore(box, input);
    const area = element("div", "drop");
    const button = element("span", "btn btn-plain btn-sm", words.choose);
    const hint = element("span", "hint", input.multiple ? words.drop + " · " + words.several : words.drop);
    area.setAttribute("aria-hidden", "true");
    area.append(button, hint);
    const list = element("ul", "chosen-files");
    const told = element("p", "visually-hidden");
    told.setAttribute("role", "status");
    box.append(input, area, list, told);

    // What was chosen before stays when more is chosen.
    let kept = [];

    function put(files) {
      const all = new DataTransfer();
      files.forEach((file) => all.items.add(file));
      kept = files;
      input.files = all.files;
      draw();
    }

    function more(files) {
      const known = new Set(kept.map((file) => file.name + "/" + file.size + "/" + file.lastModified));
      const fresh = files.filter((file) => !known.has(file.name + "/" + file.size + "/" + file.lastModified));
      put(input.multiple ? kept.concat(fresh) : files.slice(0, 1));
    }

    function draw() {
      while (list.firstChild) list.firstChild.remove();
      kept.forEach((file, index) => {
        const line = document.createElement("li");
        const remove = element("button", "linkish", words.remove);
        remove.type = "button";
        remove.append(element("span", "visually-hidden", " " + file.name));
        remove.addEventListener("click", () => {
          put(kept.filter((_file, at) => at !== index));
          input.focus();
        });
        line.append(element("span", "name", file.name), element("small", "", size(file.size)), remove);
        list.append(line);
      });
      told.textContent = kept.length ? words.chosen.replace("{n}", kept.length) : "";
    }

    input.addEventListener("change", () => {
      const files = Array.from(input.files);
      if (files.length) more(files);
      else put(kept);
    });
    area.addEventListener("click", () => input.click());
    box.addEventListener("dragover", (event) => {
      event.preventDefault();
      box.classList.add("over");
    });
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("over");
      if (event.dataTransfer.files.length) {
        more(Array.from(event.dataTransfer.files));
        input.focus();
      }
    });
  }

  function all(within) {
    within.querySelectorAll('input[type="file"]').forEach(enhance);
  }
  document.addEventListener("fresh", (event) => all(event.target));
  // A file dropped beside the field must not replace the page with itself.
  ["dragover", "drop"].forEach((name) => document.addEventListener(name, (event) => {
    if (event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files")) event.preventDefault();
  }));
  all(document);
})();
