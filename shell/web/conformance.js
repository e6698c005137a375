"use strict";
// A link to a case opens it.
function openLinked() {
  const linked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (linked && linked.tagName === "DETAILS") {
    linked.open = true;
    linked.scrollIntoView();
  }
}

window.addEventListener("hashchange", openLinked);
openLinked();
