/* The form of a problem: a source that wants a reply opens the fields of the incoming paper. */
(function () {
  "use strict";

  const fold = document.querySelector("details[data-reply]");
  const source = document.getElementById("id_source");
  if (!fold || !source) return;
  const replied = fold.dataset.reply.split(" ");
  source.addEventListener("change", function () {
    if (replied.indexOf(source.value) !== -1) fold.open = true;
  });
})();
