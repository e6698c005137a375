// The explorer: where one is stands behind the # of the address, so that going back goes back.
const SORTS = { usual: "goes on by itself", time: "time", mended: "begins, or is mended", wrong: "goes wrong" };
const at = (id) => document.getElementById(id);
let here = null;

async function ask(path, body) {
  const answer = await fetch(path, { method: body === undefined ? "GET" : "POST", headers: { "X-Kaspec": "explorer" }, body });
  const read = await answer.json();
  if (!answer.ok) throw new Error(read.error);
  return read;
}

function wanted() {
  const text = decodeURIComponent(location.hash.slice(1));
  return text ? JSON.parse(text) : { start: at("start").value, path: [] };
}

function go(start, path) {
  location.hash = encodeURIComponent(JSON.stringify({ start, path }));
}

function showMoves(moves) {
  const parts = [];
  let number = 0;
  for (const [sort, title] of Object.entries(SORTS)) {
    const these = moves.filter((move) => move.sort === sort);
    if (these.length) parts.push(element("h3", "soft", title));
    for (const move of these) {
      const button = element("button", sort, move.words);
      button.type = "button";
      button.dataset.key = move.key;
      number += 1;
      if (number < 10) button.append(element("kbd", "", String(number)));
      button.addEventListener("click", () => go(here.start, [...here.path, move.key]));
      parts.push(button);
    }
  }
  at("moves").replaceChildren(...(parts.length ? parts : [element("p", "soft", "Nothing can happen any more.")]));
}

function showHolders(holders) {
  at("holders").replaceChildren(...holders.map((each) => {
    const count = each.hosts.length, told = ["nobody", "", "two"][Math.min(count, 2)];
    const who = count === 1 ? each.hosts[0] : count ? each.hosts.join(" and ") : "nobody";
    return element("p", "holder " + (count === 1 ? "one" : count ? "two" : "none"),
      `${each.addresses.join(", ") || "no address"} of ${each.router}: ${who}${told === "two" ? " at once!" : ""}`);
  }));
}

function showHosts(hosts) {
  at("hosts").replaceChildren(...hosts.map((host) => {
    const card = element("div", "host");
    card.append(element("h4", "", `${host.name}, ${host.power}`));
    for (const router of host.routers) {
      const line = element("p"), look = router.state.toLowerCase();
      line.append(element("span", "state " + look, router.state),
        ` ${router.name}, priority ${router.priority}` + (router.deadline ? `, deadline ${router.deadline} s (in ${router.in} s)` : ""));
      router.faults.forEach((fault) => line.append(element("span", "fault", ` ${fault}`)));
      card.append(line);
    }
    const links = host.links.map((link) => `${link.name} ${link.up ? "up" : "DOWN"} ${link.addresses.join(" ")}`);
    const tracked = host.tracked.map((each) => `${each.name} ${each.good ? "good" : "BAD"}`);
    card.append(element("p", "soft mono", [...links, ...tracked].join("; ")));
    return card;
  }));
}

function listed(id, lines, otherwise) {
  const list = element("ul");
  lines.forEach((line) => list.append(element("li", "", line)));
  at(id).replaceChildren(lines.length ? list : element("p", "soft", otherwise));
}

function showStory(position) {
  const figure = document.querySelector("figure.run").cloneNode(true);
  figure.querySelector(".drawn").innerHTML = position.svg;
  figure.querySelectorAll("script").forEach((each) => each.remove());
  const steps = element("script");
  steps.type = "application/json";
  steps.textContent = JSON.stringify(position.steps);
  figure.append(steps);
  document.querySelector("figure.run").replaceWith(figure);
  figure.hidden = !position.steps.length;
  if (position.steps.length) stepThrough(figure);
}

function show(position) {
  here = position;
  at("now").textContent = `${position.now} s, ${position.path.length} moves`;
  at("back").disabled = at("over").disabled = !position.path.length;
  showMoves(position.moves);
  showHolders(position.holders);
  showHosts(position.hosts);
  const flying = position.wire.map((each) => `${each.from} → ${each.to}: ${each.what}, there within ${each.at_most} s`);
  listed("wire", [...flying, ...position.cuts], "Nothing is under way.");
  listed("fired", position.fired.map((each) => `${each.who}: ${each.statement} [${each.rule}, ${each.source}]`), "No rule was asked.");
  at("trace").textContent = position.trace;
  showStory(position);
}

async function follow() {
  const { start, path } = wanted();
  at("error").className = "";
  show(await ask("/position", JSON.stringify({ start, path })));
}

async function take(data) {
  const taken = await ask("/take?" + (here ? here.start : "0"), data);
  at("complaint").textContent = taken.complaint ? `Followed as far as it goes: ${taken.complaint}` : "";
  go(taken.start, taken.path);
}

// Does what goes on by itself, and lets time pass where nothing does.
function runOn() {
  const move = here.moves.find((each) => each.sort === "usual") || here.moves.findLast((each) => each.sort === "time");
  if (move) go(here.start, [...here.path, move.key]);
}

function chosenByKey(event) {
  const busy = event.target.closest("textarea, input, select, figure");
  if (busy || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "Backspace" && here.path.length) { event.preventDefault(); at("back").click(); }
  if (event.key >= "1" && event.key <= "9") at("moves").querySelectorAll("button")[Number(event.key) - 1]?.click();
}

async function begin() {
  const { starts } = await ask("/starts");
  starts.forEach((each) => { const option = element("option", "", each.title); option.value = each.start; at("start").append(option); });
  at("start").addEventListener("change", () => go(at("start").value, []));
  at("back").addEventListener("click", () => go(here.start, here.path.slice(0, -1)));
  at("over").addEventListener("click", () => go(here.start, []));
  at("usual").addEventListener("click", runOn);
  at("take").addEventListener("click", () => take(at("pasted").value));
  at("file").addEventListener("change", () => take(at("file").files[0]));
  document.addEventListener("keydown", chosenByKey);
  document.addEventListener("paste", (event) => { if (event.clipboardData.files.length) take(event.clipboardData.files[0]); });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files[0]); });
  window.addEventListener("hashchange", follow);
  await follow();
}

begin();
