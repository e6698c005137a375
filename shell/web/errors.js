"use strict";
// A page that fails says so where everybody sees it.
function showError(what) {
  const box = document.getElementById("error");
  box.textContent = "This page has failed:\n" + what;
  box.className = "shown";
}
window.addEventListener("error", (event) => showError(`${event.message} (line ${event.lineno})`));
window.addEventListener("unhandledrejection", (event) => showError(String(event.reason)));
