// Enhancement only: every page is complete without this file.
const root = document.documentElement;
const one = (selector, inside = document) => inside.querySelector(selector);
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const keep = (name, value) => { document.cookie = `${name}=${encodeURIComponent(value)};path=/;max-age=31536000;samesite=lax`; };

// Theme: the server renders it from a cookie, this flips it without a reload.
const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
const press = () => all("[data-theme-toggle]").forEach((b) => b.setAttribute("aria-pressed", dark()));
press();

const data = document.body.dataset;

// Zone: the server writes times in the zone that the browser lives in, unless
// the reader chose one.
if (!/(^|; )zone=/.test(document.cookie)) keep("zone", Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC");

// Language: whoever goes to another one stays with it when they come back.
all(".langs a[hreflang]").forEach((a) => a.addEventListener("click", () => keep("lang", a.hreflang)));

// Side panel on small screens: the link target works alone; this adds Escape
// and focus, and closes it behind whoever goes on, so that it hides nothing.
const side = one("#side"), menu = one(".menu-btn");
if (side && menu) {
  const show = (yes) => { side.classList.toggle("is-open", yes); menu.setAttribute("aria-expanded", yes); };
  const open = (yes) => { show(yes); (yes ? one(".brand", side) : menu).focus(); };
  menu.setAttribute("role", "button");
  menu.setAttribute("aria-expanded", "false");
  menu.setAttribute("aria-controls", "side");
  menu.addEventListener("click", (e) => { e.preventDefault(); open(!side.classList.contains("is-open")); });
  menu.addEventListener("keydown", (e) => { if (e.key === " ") { e.preventDefault(); open(!side.classList.contains("is-open")); } });
  one(".side__close", side).addEventListener("click", (e) => { e.preventDefault(); open(false); });
  side.addEventListener("keydown", (e) => { if (e.key === "Escape" && side.classList.contains("is-open")) open(false); });
  side.addEventListener("focusout", (e) => { if (e.relatedTarget && !side.contains(e.relatedTarget)) show(false); });
}

export function toast(text) {
  const box = one(".toasts");
  if (!box || !text) return;
  const t = document.createElement("div");
  t.className = "toast";
  t.textContent = text;
  box.append(t);
  setTimeout(() => t.remove(), 8000);
}

// A text is copied with its markup where that is given, so that a mail takes the
// one and a ticket the other. Without https there is no clipboard for pages, but
// what is selected can be copied.
async function copy(text, html) {
  const forms = { "text/plain": text, ...(html && { "text/html": html }) };
  try {
    const blobs = Object.entries(forms).map(([type, form]) => [type, new Blob([form], { type })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    return true;
  } catch {
    const give = (e) => { e.preventDefault(); for (const [type, form] of Object.entries(forms)) e.clipboardData.setData(type, form); };
    const field = document.createElement("textarea"), before = document.activeElement;
    field.className = "sr";
    field.value = text;
    document.body.append(field);
    field.select();
    document.addEventListener("copy", give);
    const done = document.execCommand("copy");
    document.removeEventListener("copy", give);
    field.remove();
    before?.focus({ preventScroll: true });
    return done;
  }
}

document.addEventListener("click", (e) => {
  const theme = e.target.closest("[data-theme-toggle]");
  if (theme) {
    e.preventDefault();
    root.dataset.theme = dark() ? "light" : "dark";
    keep("theme", root.dataset.theme);
    press();
  }
  const from = e.target.closest("[data-copy], [data-copy-field]");
  if (from) copy(from.dataset.copy ?? document.getElementById(from.dataset.copyField).value).then((done) => { if (done) toast(from.dataset.done); });
  const both = e.target.closest("[data-copy-both]"), box = both && document.getElementById(both.dataset.copyBoth);
  if (both) copy(box.dataset.text, box.innerHTML).then((done) => { if (done) toast(both.dataset.done); });
  const place = e.target.closest("a[data-copy-link]");
  if (place) copy(place.href).then((done) => { if (done) toast(place.dataset.copyLink); });
  const print = e.target.closest("[data-print]");
  if (print) window.print();
});

// What only a script can do is offered by the script.
all("[data-copy], [data-copy-field], [data-copy-both], [data-print]").forEach((button) => { button.hidden = false; });

// Whoever types what to search for sees the first results meanwhile.
one(".find")?.addEventListener("focusin", (e) => { import(e.currentTarget.dataset.suggest); }, { once: true });

// The reading mark moves after 20 seconds in view, or when whoever has looked for
// 5 goes on: in the browser of a stranger, on the desk for a person.
const came = Date.now();
let moved = false;
const move = () => {
  const m = one("[data-seen-at]");
  if (!m || moved) return;
  moved = true;
  if (m.dataset.seen) keep(m.dataset.seen, m.dataset.seenAt);
  else navigator.sendBeacon(m.form.action, new URLSearchParams({ at: m.dataset.seenAt }));
};
if (one("[data-seen-at]")) {
  setTimeout(() => { if (!document.hidden) move(); }, 20_000);
  addEventListener("pagehide", () => { if (Date.now() - came > 5000) move(); });
}

// Wide drawings open on the present.
all(".scroll-x").forEach((box) => {
  const now = one(".now", box);
  if (now && box.scrollWidth > box.clientWidth) box.scrollLeft += now.getBoundingClientRect().left - box.getBoundingClientRect().left - box.clientWidth * 0.6;
});

// In a wide table a browser is content with a part of what has the focus.
document.addEventListener("focusin", (e) => { if (e.target.closest(".scroll-x")) e.target.scrollIntoView({ block: "nearest", inline: "nearest" }); });

// A calendar or strip is one stop of the keyboard: arrows lead from day to day,
// page keys a week on, Home and End to the first and the last day. A strip gets
// the links of its quiet days when somebody goes along it.
function daysOf(drawing) {
  const { from, quiet, none } = drawing.dataset, whole = one("a:not([tabindex])", drawing);
  if (!from || drawing.dataset.days) return all("a[tabindex], .heat a", drawing);
  const name = new Intl.DateTimeFormat(root.lang === "en" ? "en-GB" : root.lang, { day: "numeric", month: "short", timeZone: "UTC" }), unknown = one(".kn", drawing)?.getAttribute("d") ?? "";
  for (let n = 0; n < 30; n++) {
    const day = new Date(Date.parse(from) + n * 864e5), to = new URL(whole.href.baseVal, location.href);
    to.searchParams.set("day", day.toISOString().slice(0, 10));
    to.hash = "day";
    let a = one(`a[tabindex] rect[x="${4 * n}"]`, drawing)?.closest("a");
    if (!a) {
      a = whole.cloneNode(true);
      a.setAttribute("href", to.pathname + to.search + to.hash);
      a.setAttribute("tabindex", "-1");
      a.setAttribute("aria-label", `${name.format(day)}${root.lang === "ja" ? "、" : ", "}${unknown.includes(`M${4 * n} `) ? none : quiet}`);
      a.firstElementChild.setAttribute("x", 4 * n);
      a.firstElementChild.setAttribute("width", 4);
    }
    drawing.append(a);
  }
  drawing.dataset.days = 30;
  return all("a[tabindex]", drawing);
}

const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, PageUp: -7, PageDown: 7, Home: -1e3, End: 1e3 };
document.addEventListener("keydown", (e) => {
  const drawing = e.target.closest(".strip, .heat svg");
  if (!drawing || !steps[e.key] || e.ctrlKey || e.metaKey || e.altKey) return;
  e.preventDefault();
  const days = daysOf(drawing), at = days.indexOf(e.target);
  days[Math.max(0, Math.min(days.length - 1, (at < 0 ? days.length : at) + steps[e.key]))]?.focus();
});

// Keyboard: / search, ? help, g and a letter to go, j and k to move in a list.
// Who speaks to a computer presses keys by words: the preferences switch them off.
let g = 0;
const shortcuts = () => !/(^|; )shortcuts=off(;|$)/.test(document.cookie);
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, [contenteditable], dialog[open]") || !shortcuts()) return;
  const link = Date.now() - g < 900 && one(`[data-key="${CSS.escape(e.key)}"]`);
  g = 0;
  if (link) link.click();
  else if (e.key === "/") { const q = one("#q"); if (q) { e.preventDefault(); q.select(); } }
  else if (e.key === "?") one("#keys")?.showModal();
  else if (e.key === "g") g = Date.now();
  else if (e.key === "j" || e.key === "k") {
    const rows = all(".tbl a.t"), at = rows.indexOf(document.activeElement);
    rows[Math.max(0, Math.min(rows.length - 1, at + (e.key === "j" ? 1 : -1)))]?.focus();
  }
});

// What changed is put in place region by region. Focus, open disclosures and
// what somebody is typing stay as they are.
const typing = (here) => here.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
const again = (el, inside) => {
  if (el.id || el.hasAttribute("href")) return one(el.id ? `#${CSS.escape(el.id)}` : `[href="${CSS.escape(el.getAttribute("href"))}"]`, inside);
  return all(el.localName, inside).find((other) => other.textContent === el.textContent);
};

// Where regions came or went, all of the page is put in place.
const regions = (page) => all("[data-live]", page).map((el) => el.id).join(" ");

export function renew(next) {
  one(".sprite")?.replaceWith(document.adoptNode(one(".sprite", next))); // what comes may need other signs
  const parts = regions(document) === regions(next) ? "[data-live]" : "#main, [data-live]:not(#main *)";
  all(parts, next).forEach(put);
}

function put(there) {
  const here = document.getElementById(there.id);
  if (!here || here.outerHTML === there.outerHTML || typing(here)) return;
  const focus = here.contains(document.activeElement) && document.activeElement !== here && document.activeElement;
  const open = all("details", here).map((d) => d.open);
  const fresh = document.adoptNode(there);
  all("details", fresh).forEach((d, i) => { d.open = open[i] ?? d.open; });
  here.replaceWith(fresh);
  for (const strip of all(".strip[data-days]", here)) {
    const same = again(one("a:not([tabindex])", strip), fresh)?.closest(".strip");
    if (same) daysOf(same);
  }
  if (focus) again(focus, fresh)?.focus({ preventScroll: true });
}

// One sentence for those who listen instead of look, only when it is another.
const headline = (page) => one("[data-news]", page)?.textContent.trim() ?? "";

// Where a page can ask for what is new alone, it does so between two looks at all of it.
async function refresh() {
  if (data.part) return (await import(data.parts)).default(put, refresh);
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const before = headline(document), next = new DOMParser().parseFromString(await answer.text(), "text/html"), news = headline(next);
  renew(next);
  document.title = next.title;
  delete data.part;
  Object.assign(data, next.body.dataset);
  if (news && news !== before) one("#news").textContent = news;
}

// Pages listen for changes, and look by themselves where nobody tells or the
// connection is lost. A hidden page waits until it is looked at again.
const every = Math.min(Number(data.refresh || 0), 60) * 1000;
let due = false, timer = 0, source = null;
const soon = (wait) => {
  due = true;
  if (document.hidden || timer) return;
  timer = setTimeout(() => { timer = 0; due = false; refresh().catch(() => { due = true; }); }, wait);
};
const lost = () => {
  const state = one("#live");
  if (state) { state.classList.add("live--off"); state.textContent = state.dataset.lost; }
};
function listen() {
  source = new EventSource(data.events);
  source.addEventListener("open", () => { if (one("#live.live--off")) soon(0); });
  source.addEventListener("change", () => soon(Math.random() * 200));
  source.addEventListener("error", () => {
    lost();
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000 + Math.random() * 5000);
  });
}
if (every) {
  if (data.events && window.EventSource) listen();
  setInterval(() => { delete data.part; soon(0); }, source ? every : Math.min(every, 15_000));
  document.addEventListener("visibilitychange", () => { if (!document.hidden && due) soon(0); });
  addEventListener("pagehide", () => source?.close());
}
