// While somebody types what to search for, the first results stand below the
// field as links: the same that the page of results lists without this file.
const form = document.querySelector(".find"), field = form.querySelector("#q"), news = document.querySelector("#news");
const box = document.createElement("ul");
box.className = "pop find__pop";
box.hidden = true;
form.append(box);

const most = 7;
let wait = 0, asked = "", asking = null;
const close = () => { clearTimeout(wait); asking?.abort(); asked = ""; box.hidden = true; };

function show(links) {
  box.replaceChildren(...links.map(([href, text, state]) => {
    const row = document.createElement("li"), a = document.createElement("a"), small = document.createElement("small");
    a.href = href;
    a.textContent = text;
    small.textContent = state;
    a.append(small);
    row.append(a);
    return row;
  }));
  box.hidden = !links.length;
}

async function ask() {
  const words = field.value.trim();
  if (words === asked || document.activeElement !== field) return;
  close();
  if (words.length < 2) return;
  asked = words;
  asking = new AbortController();
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: asking.signal });
  if (!answer.ok || words !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (words !== asked) return;
  if (answer.redirected) return show([[answer.url, page.querySelector("h1").textContent.trim(), ""]]); // an id
  const hits = [...page.querySelectorAll("main .found li, main .tbl tbody tr, main [aria-labelledby=h-ids] li")].map((row) => {
    const a = row.querySelector("a.strong, a.t, a.id"), state = row.querySelector(":scope > .small, .st");
    return [a.getAttribute("href"), a.textContent.trim(), state?.textContent.trim() ?? ""];
  });
  show(hits.slice(0, most));
  news.textContent = page.querySelector(".page-head p")?.textContent ?? page.querySelector(".empty__t")?.textContent ?? "";
}

field.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(() => ask().catch(() => {}), 250); });
form.addEventListener("keydown", (e) => {
  const rows = [field, ...box.querySelectorAll("a")], at = rows.indexOf(document.activeElement);
  if (e.key === "Escape" && !box.hidden) { e.preventDefault(); field.focus(); close(); }
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (!step || box.hidden) return;
  e.preventDefault();
  rows[Math.max(0, Math.min(rows.length - 1, at + step))].focus();
});
form.addEventListener("focusout", (e) => { if (!form.contains(e.relatedTarget)) close(); });
if (field.value !== field.defaultValue) field.dispatchEvent(new Event("input"));
