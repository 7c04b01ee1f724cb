/* Leaving a page with unsaved words asks first; Escape shuts a list of records. */
(function () {
  "use strict";

  const form = document.querySelector("form[data-unsaved]");
  if (form) {
    let changed = form.dataset.unsaved === "yes";
    form.addEventListener("input", function () { changed = true; });
    form.addEventListener("submit", function () { changed = false; });
    window.addEventListener("beforeunload", function (event) {
      if (!changed) return;
      event.preventDefault();
      event.returnValue = "";
    });
    lostMarks(form);
  }

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll(".proof").forEach(function (proof) { proof.classList.add("shut"); });
  });
  document.addEventListener("mouseover", open);
  document.addEventListener("focusin", open);
  function open(event) {
    const proof = event.target.closest && event.target.closest(".proof.shut");
    if (proof && event.target.classList.contains("src")) proof.classList.remove("shut");
  }

  /* Before saving: the names of figures that no longer stand in the text of the section. */
  function lostMarks(form) {
    const told = document.getElementById("lost-marks");
    if (!told) return;
    const mark = /【[^【】｜]*｜([^【】｜]*)】/g;
    const fields = form.querySelectorAll("textarea");
    const before = names("defaultValue");
    form.addEventListener("input", function () {
      const now = names("value");
      const lost = Object.keys(before).filter(function (name) { return !now[name]; });
      told.hidden = !lost.length;
      told.querySelector("span").textContent = lost.join(" · ");
    });
    function names(which) {
      const found = {};
      fields.forEach(function (field) {
        let hit;
        mark.lastIndex = 0;
        while ((hit = mark.exec(field[which]))) found[hit[1]] = true;
      });
      return found;
    }
  }
})();
