"use strict";
// Steps through a sequence diagram: what is not yet is veiled, and what is now is told below.
function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function table(heads, rows) {
  const made = element("table"), head = element("tr");
  heads.forEach((text) => { const cell = element("th", "", text); cell.scope = "col"; head.append(cell); });
  made.append(head);
  rows.forEach((cells) => { const row = element("tr"); row.append(...cells); made.append(row); });
  return made;
}

function tellStep(step) {
  const told = element("ul");
  step.notes.forEach((note) => told.append(element("li", note.kind, note.text)));
  step.messages.forEach((each) => {
    const fate = each.fate === "arrives" ? "" : ` (${each.fate}${each.why ? ": " + each.why : ""})`;
    told.append(element("li", each.fate, `${each.from} → ${each.to}: ${each.text}${fate}`));
  });
  if (!told.childElementCount) told.append(element("li", "soft", "a deadline is reached, as usual"));
  const rows = step.lanes.map((lane) => [
    element("td", "", lane.name),
    element("td", "state " + lane.look, lane.is),
    element("td", "mono", lane.until === null ? "" : `${lane.until} s (in ${lane.in} s)`),
  ]);
  return [element("strong", "mono", `${step.at} s`), told, table(["router", "is", "next deadline"], rows)];
}

function showStep(figure, steps, place) {
  const svg = figure.querySelector("svg"), veil = svg.querySelector(".veil");
  const group = svg.querySelector(`[data-place="${place}"]`);
  veil.setAttribute("y", place === steps.length - 1 ? svg.getAttribute("height") : group.dataset.bottom);
  svg.querySelectorAll(".place").forEach((each) => each.classList.toggle("current", each === group));
  figure.querySelector("output").textContent = `${place + 1} of ${steps.length}`;
  figure.querySelector("input[type=range]").value = place;
  figure.querySelector(".now").replaceChildren(...tellStep(steps[place]));
  figure.querySelector("[data-go=back]").disabled = place === 0;
  figure.querySelector("[data-go=forward]").disabled = place === steps.length - 1;
}

function stepThrough(figure) {
  const steps = JSON.parse(figure.querySelector("script").textContent);
  if (!steps.length) return;
  const range = figure.querySelector("input[type=range]");
  let place = steps.length - 1;
  range.max = place;
  const go = (to) => { place = Math.min(Math.max(to, 0), steps.length - 1); showStep(figure, steps, place); };
  const ways = { first: () => go(0), back: () => go(place - 1), forward: () => go(place + 1), last: () => go(steps.length - 1) };
  figure.querySelectorAll("[data-go]").forEach((button) => button.addEventListener("click", ways[button.dataset.go]));
  range.addEventListener("input", () => go(Number(range.value)));
  const keys = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last" };
  figure.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    ways[keys[event.key]]();
  });
  figure.querySelector(".controls").hidden = false;
  go(place);
}

document.querySelectorAll("figure.run:has(script)").forEach(stepThrough);
