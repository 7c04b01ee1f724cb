// The sentence of the draft in hand stands in sight, whatever the address scrolled to.
(function () {
  "use strict";
  var pane = document.querySelector("[data-text-pane]");
  if (!pane) return;
  function show(mark) {
    var box = mark.getBoundingClientRect();
    var frame = pane.getBoundingClientRect();
    pane.scrollTop += box.top - frame.top - pane.clientHeight / 3;
  }
  var now = pane.querySelector(".now");
  if (now && location.hash.indexOf("#s-") !== 0) show(now);
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest('a[href^="#s-"]') : null;
    if (!link || window.innerWidth < 900) return;
    var mark = document.getElementById(link.getAttribute("href").slice(1));
    if (!mark) return;
    event.preventDefault();
    history.replaceState(null, "", link.getAttribute("href"));
    var all = pane.querySelectorAll(".now");
    for (var i = 0; i < all.length; i += 1) all[i].classList.remove("now");
    mark.classList.add("now");
    show(mark);
  });
})();
