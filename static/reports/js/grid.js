/* The year opens at the period of today, and bureaus fold away. Without this script the year opens
   at its beginning and every bureau stays open. */
"use strict";
document.querySelectorAll("tbody[data-fold]").forEach(function (units) {
  var name = units.previousElementSibling.querySelector("th");
  var link = name.querySelector("a");
  var button = document.createElement("button");
  button.type = "button";
  button.className = "fold";
  button.setAttribute("aria-label", link.textContent);
  function show(open) {
    units.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }
  button.addEventListener("click", function () { show(units.hidden); });
  name.insertBefore(button, link);
  show(false);
});
document.querySelectorAll(".grid-wrap").forEach(function (wrap) {
  var now = wrap.querySelector("col.now");
  var who = wrap.querySelector("thead .who");
  var sums = wrap.querySelector("thead .sum");
  var heads = wrap.querySelectorAll("thead tr:last-child th[abbr]");
  if (!heads.length || wrap.scrollWidth <= wrap.clientWidth) { return; }
  var fixed = getComputedStyle(sums).position === "sticky" ? sums.offsetWidth : 0;
  // No column is cut at the edge: what is left over goes to the names.
  var rest = (wrap.clientWidth - who.offsetWidth - fixed) % heads[0].offsetWidth;
  who.style.minWidth = who.offsetWidth + rest + "px";
  if (!now) { return; }
  var columns = Array.prototype.slice.call(wrap.querySelectorAll("col")).slice(1);
  var at = columns.indexOf(now);
  var width = heads[0].offsetWidth;
  var shown = Math.floor((wrap.clientWidth - who.offsetWidth - fixed) / width);
  // As far as needed to see the period and two more, but never so far that it is passed.
  wrap.scrollLeft = Math.max(Math.min(at + 3 - shown, at - 1), 0) * width;
});
