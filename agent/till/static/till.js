// till: keeps an open page alive. The server renders everything; this fetches the page anew when told that something
// changed, and swaps in what differs, so that focus, typed digits and scrolling stay. Without script all forms work too.
"use strict";

const RECONNECT_MS = 2000, SCAN_GAP_MS = 60, SCAN_SHORTEST = 4;
let address = location.pathname + location.search;
let asked = 0, shown = 0, pending = 0, stale = false, skew = 0, events = null;

// --- swapping in what differs -------------------------------------------------------------------------------------

const name = (node) => (node.nodeType === 1 ? node.id || node.getAttribute("name") || "" : "");
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && name(a) === name(b);

function morph(old, fresh) {
  if (old.nodeType !== 1) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  const typed = old.nodeName === "INPUT" && old.type !== "hidden";
  for (const { name: key, value } of [...fresh.attributes]) {
    if (old.getAttribute(key) !== value) old.setAttribute(key, value);
  }
  for (const { name: key } of [...old.attributes]) {
    if (!fresh.hasAttribute(key) && !(key === "open" && old.nodeName === "DETAILS")) old.removeAttribute(key);
  }
  if (old.nodeName === "INPUT" && !typed) old.value = fresh.value;
  if (typed || old.dataset.kept !== undefined) return;
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    let found = at;
    while (found && !alike(found, wanted)) found = found.nextSibling;
    if (!found || (!name(wanted) && found !== at)) {
      old.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    while (at !== found) at = removed(at);
    morph(found, wanted);
    at = found.nextSibling;
  }
  while (at) at = removed(at);
}

function removed(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

function show(html, { quietly }) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  if (document.body.hasAttribute("data-login") !== fresh.body.hasAttribute("data-login")) {
    location.assign("/");  // logged in or out: another page altogether
    return;
  }
  if (quietly) {  // what was said about the last act stays until the next one
    for (const id of ["said", "refused", "ask-pin"]) {
      const kept = document.getElementById(id), other = fresh.getElementById(id);
      if (kept && other) other.replaceWith(kept.cloneNode(true));
      else if (kept) fresh.getElementById("main").before(kept.cloneNode(true));
      else if (other) other.remove();
    }
  }
  const before = document.body.dataset.live;
  document.title = fresh.title;
  morph(document.body, fresh.body);
  skew = Date.parse(document.body.dataset.now) - Date.now();
  tick();
  if (document.body.dataset.live !== before) listen();
  if (!quietly) document.querySelector("[autofocus]")?.focus();
}

// --- asking the box -----------------------------------------------------------------------------------------------

function lost(is) {
  const line = document.getElementById("lost");
  if (line && line.hidden === is) line.hidden = !is;
}

// What a person asked for is always shown; a refresh that was overtaken by it is not, and is made up for afterwards.
async function ask(url, how = {}, quietly = false) {
  const turn = ++asked;
  if (quietly && pending) return (stale = true);
  if (!quietly) pending += 1;
  let html, at;
  try {
    const answer = await fetch(url, { credentials: "same-origin", ...how });
    [html, at] = [await answer.text(), new URL(answer.url)];
    if (answer.status >= 500 || !html.startsWith("<!doctype")) throw new Error(html);
  } catch (error) {
    lost(true);
    return false;
  } finally {
    if (!quietly) pending -= 1;
  }
  lost(false);
  if (turn < shown || (quietly && pending)) return (stale = true);
  shown = turn;
  if (!quietly && !how.method) {
    address = at.pathname + at.search;
    if (address !== location.pathname + location.search) history.pushState(null, "", address);
  }
  show(html, { quietly });
  if (stale && !pending) {
    stale = false;
    refresh();
  }
  return true;
}

const refresh = () => ask(address, {}, true);

function listen() {
  events?.close();
  const path = document.body.dataset.live;
  if (!path) return;
  events = new EventSource(path);
  events.addEventListener("changed", refresh);
  events.onerror = () => {
    lost(true);
    if (events.readyState !== EventSource.CLOSED) return;  // it reconnects by itself
    setTimeout(async () => { await refresh(); listen(); }, RECONNECT_MS);
  };
}

// --- taps and keys ------------------------------------------------------------------------------------------------

addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]"), link = event.target.closest("a[href^='/']");
  if (key) press(key);
  else if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && document.body.dataset.live) {
    event.preventDefault();
    ask(link.getAttribute("href")).then((done) => {
      if (done && link.dataset.stay === undefined) scrollTo(0, 0);
    });
  }
});

addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;  // a second tap
  form.setAttribute("aria-busy", "true");
  const button = event.submitter ?? form.querySelector("button");
  button?.setAttribute("aria-busy", "true");
  const fields = new URLSearchParams(new FormData(form));
  if (event.submitter?.name) fields.set(event.submitter.name, event.submitter.value);
  const path = form.getAttribute("action");
  const done = await ask(path, { method: "POST", body: fields });
  form.removeAttribute("aria-busy");
  button?.removeAttribute("aria-busy");
  if (done) form.reset();
});

addEventListener("change", (event) => {
  if (event.target.dataset.submits !== undefined) event.target.form.requestSubmit();
});

addEventListener("popstate", () => ask(location.pathname + location.search));

function press(button) {
  const field = document.getElementById(button.closest("[data-for]").dataset.for);
  const key = button.dataset.key;
  field.value = key === "clear" ? "" : key === "back" ? field.value.slice(0, -1) : field.value + key;
}

// A scanner is a keyboard that types fast and ends with Enter; what it types outside a field goes to the customer field.
let scanned = "", lastKey = 0;
addEventListener("keydown", (event) => {
  const field = document.querySelector("[data-scan]");
  if (!field || event.target.closest("input, select, textarea")) return;
  const fast = event.timeStamp - lastKey < SCAN_GAP_MS;
  lastKey = event.timeStamp;
  if (event.key === "Enter" && fast && scanned.length >= SCAN_SHORTEST) {
    event.preventDefault();
    field.value = scanned;
    scanned = "";
    field.form.requestSubmit();
  } else if (event.key.length === 1) {
    scanned = fast ? scanned + event.key : event.key;
  }
});

// --- time ---------------------------------------------------------------------------------------------------------

function tick() {
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.round((Date.parse(element.dataset.until) - Date.now() - skew) / 1000));
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (element.textContent !== text) element.textContent = text;
  }
}

skew = Date.parse(document.body.dataset.now) - Date.now() || 0;
setInterval(tick, 1000);
tick();
listen();
document.documentElement.dataset.live = "on";  // for whoever must know that this runs
