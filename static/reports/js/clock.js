// Says by how much the clock of this computer differs from that of the server.
(function () {
  "use strict";
  var place = document.getElementById("clock-compared");
  if (!place) { return; }
  var server = Number(place.getAttribute("data-seconds"));
  var apart = Math.round(Date.now() / 1000 - server);
  // Loading the page takes a moment, and nobody's watch is right to the second.
  var far = Math.abs(apart) > 120;
  var words = far ? place.getAttribute("data-far") : place.getAttribute("data-near");
  var zone = -new Date().getTimezoneOffset() === 480 ? "" : place.getAttribute("data-zone");
  place.textContent = words.replace("{n}", String(Math.round(Math.abs(apart) / 60))) + zone;
  place.className = far || zone ? "away" : "";
}());
