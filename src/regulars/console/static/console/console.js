"use strict";
// The pages work without this file; with it they are quicker at hand. Nothing here decides anything.
const all = (what, from = document) => [...from.querySelectorAll(what)];
const one = (what, from = document) => from.querySelector(what);
const token = () => one("input[name=csrfmiddlewaretoken]")?.value ?? "";
const typing = (at) => at.closest("input, textarea, select, [contenteditable]");

// Find anyone or anything: what is looked for stands in the body of the question, never in an address.
const palette = one("#palette");
const asked = one("input", palette), found = one(".found", palette);
let waiting = 0, question = 0;
const open = (text = "") => {
  if (palette.open) return;
  palette.showModal();
  asked.value = text;
  asked.focus();
  look();
};
const look = async () => {
  const mine = ++question;
  const answer = await fetch(palette.dataset.url, { method: "POST", body: new URLSearchParams({ q: asked.value, csrfmiddlewaretoken: token() }) });
  if (mine !== question || !answer.ok) return;
  found.innerHTML = await answer.text();
  one("a", found)?.classList.add("on");
};
const step = (by) => {
  const links = all("a", found), now = links.findIndex((link) => link.classList.contains("on"));
  links[now]?.classList.remove("on");
  const next = links[(now + by + links.length) % links.length];
  next?.classList.add("on");
  next?.scrollIntoView({ block: "nearest" });
};
asked.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 140); });
asked.addEventListener("keydown", async (event) => {
  if (event.key === "Escape") { palette.close(); event.preventDefault(); }
  if (event.key === "ArrowDown") { step(1); event.preventDefault(); }
  if (event.key === "ArrowUp") { step(-1); event.preventDefault(); }
  if (event.key === "Enter") { event.preventDefault(); clearTimeout(waiting); await look(); one("a.on", found)?.click(); }
});
palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
all("[data-palette]").forEach((box) => box.addEventListener("input", () => { const text = box.value; box.value = ""; open(text); }));

// Keys.
let gone = 0;
const walk = (by) => {
  const links = all("[data-rows] .row-link[href]");
  if (!links.length) return;
  const now = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, now + by))].focus();
};
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); open(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || one("dialog[open]")) return;
  if (gone && Date.now() - gone < 1200 && event.key >= "1" && event.key <= "8") { gone = 0; all(".side .head")[Number(event.key) - 1]?.click(); return; }
  gone = event.key === "g" ? Date.now() : 0;
  if (event.shiftKey && "jJ".includes(event.key)) one("#trail:not([hidden]) [data-next]")?.click();
  else if (event.shiftKey && "kK".includes(event.key)) one("#trail:not([hidden]) [data-previous]")?.click();
  else if (event.key === "u") one("#trail:not([hidden]) [data-back]")?.click();
  else if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "n") one("[data-new]")?.click();
  else if (event.key === "?") one("#keys").showModal();
  else if (event.key === "/") open();
  else return;
  event.preventDefault();
});
one("[data-keys-open]")?.addEventListener("click", () => one("#keys").showModal());

// Who comes from a list goes on to its next one: the addresses of the list's rows are kept for this tab, so that nobody
// is asked for them anew; the page of a list that goes on is fetched when its end is passed.
const KEPT = "regulars.list", THING = /[/][a-z]{3}_[0-9a-z]{26}$/;
const rowsOf = (from, at) => [...new Set(all(".row-link[href]", from).map((link) => new URL(link.href).pathname).filter((path) => THING.test(path)))].map((path) => [path, at]);
const onwardOf = (page, at) => { const link = one(".pager a[rel=next]", page); return link ? new URL(link.getAttribute("href"), at).href : ""; };
const kept = () => { try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; } };
const keep = (list) => { try { sessionStorage.setItem(KEPT, JSON.stringify(list)); } catch { /* without it there is the way back of the browser */ } };
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-rows] .row-link"), rows = link && rowsOf(link.closest("[data-rows]"), location.href);
  const named = link && (link.closest("section")?.querySelector("h2") ?? one("h1"));
  if (rows?.some(([path]) => path === link.pathname)) keep({ rows, name: named?.textContent.trim() ?? document.title, onward: onwardOf(document, location.href) });
});
document.addEventListener("submit", (event) => { if (event.target.action.endsWith("/logout")) sessionStorage.clear(); });
const placed = () => {
  const bar = one("#trail"), list = kept(), here = list ? list.rows.findIndex(([path]) => path === location.pathname) : -1;
  bar.hidden = here < 0;
  if (here < 0) return;
  one("[data-back] span", bar).textContent = list.name;
  one("[data-back]", bar).href = list.rows[here][1];
  one("[data-place]", bar).textContent = `${here + 1} / ${list.rows.length}${list.onward ? "+" : ""}`;
  for (const [name, to] of [["[data-previous]", list.rows[here - 1]?.[0]], ["[data-next]", list.rows[here + 1]?.[0] ?? list.onward]]) {
    const link = one(name, bar);
    if (to) link.href = to;
    else link.removeAttribute("href");
  }
};
one("[data-next]")?.addEventListener("click", async (event) => {
  const list = kept(), here = list?.rows.findIndex(([path]) => path === location.pathname) ?? -1;
  if (here < 0 || here + 1 < list.rows.length || !list.onward) return;
  event.preventDefault();
  const answer = await fetch(list.onward).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const known = new Set(list.rows.map(([path]) => path));
  const more = page ? all("main [data-rows]", page).flatMap((part) => rowsOf(part, list.onward)).filter(([path]) => !known.has(path)) : [];
  if (!more.length) { location.href = list.onward; return; }
  keep({ ...list, rows: [...list.rows, ...more], onward: onwardOf(page, list.onward) });
  location.href = more[0][0];
});

// Lists that choose by themselves, and forms whose answer takes the place of the page's content.
const wake = (from) => {
  all("[data-auto] select, [data-auto] input", from).forEach((box) => box.addEventListener("change", () => box.form.requestSubmit()));
  all("form[data-live]", from).forEach((form) => form.addEventListener("submit", sent));
  all("form:not([data-live])", from).forEach((form) => form.addEventListener("submit", (event) => busy(event.submitter)));
  all("[data-add-line]", from).forEach((button) => button.addEventListener("click", () => addLine(button)));
  all("[data-drop-line]", from).forEach((button) => button.addEventListener("click", () => dropLine(button)));
  all("form[data-ask]", from).forEach((form) => { form.addEventListener("input", () => follow(form)); form.addEventListener("change", () => follow(form)); });
  all("form[data-draft]", from).forEach((form) => form.addEventListener("input", drafted));
  inTurn(all("form[data-typed] [formtarget]", from).filter((button) => all("input, textarea", button.closest("fieldset")).some((box) => box.value)));
  all("[data-load]", from).forEach(load);
  all("[data-close]", from).forEach((button) => button.addEventListener("click", () => button.closest(".toast").remove()));
};
// What follows along while a form is filled, and what a page counts when it is there: a part with the same id takes its place.
let following = 0, asking = null;
const swap = (text) => all("[id]", new DOMParser().parseFromString(text, "text/html")).forEach((part) => { if (part.matches("#said, #count")) document.getElementById(part.id)?.replaceWith(part); });
const follow = (form) => {
  clearTimeout(following);
  asking?.abort();
  following = setTimeout(async () => {
    asking = new AbortController();
    try {
      const answer = await fetch(form.dataset.ask, { method: "POST", body: new FormData(form), signal: asking.signal });
      if (answer.ok && form.isConnected) swap(await answer.text());
    } catch { /* the next change asks again */ }
  }, 300);
};
const load = async (part) => {
  const answer = await fetch(part.dataset.load);
  if (!answer.ok || !part.isConnected) return;
  swap(await answer.text());
  if (!("every" in part.dataset)) return;
  const next = document.getElementById(part.id);
  if (next && "every" in next.dataset) setTimeout(() => load(next), 2500);
  else location.reload(); // it is done: what may be done next is another
};
// A message read as it is typed: the words are posted into the frame beside them. A frame that is new each time leaves
// nothing to go back through.
let drafting = 0;
const draft = (button) => {
  const frame = one("iframe", button.closest("fieldset")), next = frame.cloneNode();
  next.removeAttribute("src");
  next.removeAttribute("loading");
  frame.replaceWith(next);
  button.form.requestSubmit(button);
  return next;
};
// A form that is sent again before it went is sent once: each waits until the one before it stands in its frame.
const inTurn = ([button, ...others]) => {
  if (button) draft(button).addEventListener("load", () => inTurn(others), { once: true });
};
const drafted = (event) => {
  const button = one("[formtarget]", event.target.closest("fieldset") ?? document.createElement("i"));
  if (!button) return;
  clearTimeout(drafting);
  drafting = setTimeout(() => draft(button), 600);
};
const busy = (button) => { if (button) setTimeout(() => button.setAttribute("aria-busy", "true")); };
const sent = async (event) => {
  if (event.submitter?.formTarget) return;
  event.preventDefault();
  const form = event.target, button = event.submitter;
  if (form.dataset.sending) return;
  form.dataset.sending = "1";
  busy(button);
  const body = new FormData(form, button);
  try {
    const answer = await fetch(form.action || location.href, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = one("main", page);
    if (!main || !one(".side", page)) { location.href = answer.url; return; }
    if (answer.redirected) history.pushState(null, "", answer.url);
    put(page, main);
    const next = one("[role=alert]:not([hidden])", main)?.closest(".field")?.querySelector("input, select, textarea") ?? one("[autofocus]", main);
    if (next) next.focus();
    else main.focus({ preventScroll: true });
  } catch {
    // The line is down: the same key goes with the next try, so nothing is done twice.
    delete form.dataset.sending;
    button?.removeAttribute("aria-busy");
    setTimeout(() => button?.removeAttribute("aria-busy"), 10);
    let told = one("[data-line-down]", form);
    if (told) told.hidden = false;
  }
};
// The page that came takes the place of this one: what it says at its edge is said once, so it is not asked for again.
const put = (page, main) => {
  document.title = page.title;
  document.body.className = page.body.className;
  all(".tabs").forEach((tabs) => tabs.remove());
  one("main").replaceWith(main);
  all(".tabs", page).forEach((tabs) => main.before(tabs));
  one(".side").replaceWith(one(".side", page));
  one(".toasts").replaceChildren(...one(".toasts", page).children);
  wake(main);
  placed();
  all("[data-again]", main).forEach(again);
  wake(one(".toasts"));
  scrollTo(0, 0);
};
addEventListener("popstate", () => location.reload());
const addLine = (button) => {
  const lines = one(".lines", button.form), last = lines.lastElementChild, next = last.cloneNode(true);
  all("input", next).forEach((box) => { box.value = box.dataset.start ?? ""; });
  lines.append(next);
  one("[data-drop-line]", next).addEventListener("click", (event) => dropLine(event.currentTarget));
  one("input", next).focus();
};
const dropLine = (button) => {
  const line = button.closest(".line");
  if (line.parentElement.children.length > 1) line.remove();
  else all("input", line).forEach((box) => { box.value = box.dataset.start ?? ""; });
};
// What is under way is asked for again, and takes the place of what stood there.
const again = (part) => setTimeout(async () => {
  const answer = await fetch(location.href).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const next = page && part.id ? one(`#${part.id}`, page) : null;
  if (page && !next?.dataset.again) { if (!typing(document.activeElement)) location.reload(); return; }
  if (next && !part.contains(document.activeElement)) { part.replaceWith(next); wake(next); }
  one("[data-again]") && again(one("[data-again]"));
}, 1000 * Number(part.dataset.again));
all("[data-again]").forEach(again);
wake(document);
placed();
document.addEventListener("click", (event) => all("details.more[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
