// A page that can ask for what is new alone gets entries for the top of its list, and
// the regions that are others. What has to be seen whole is asked for whole.
export default async function (put, refresh) {
  const answer = await fetch(document.body.dataset.part, { headers: { Accept: "text/html" } });
  const whole = () => { delete document.body.dataset.part; return refresh(); };
  if (!answer.ok) return whole();
  const next = new DOMParser().parseFromString(await answer.text(), "text/html"), told = next.querySelector("[data-next]");
  if (!told || told.dataset.whole) return whole();
  for (const fresh of next.querySelectorAll("[data-first]")) document.getElementById(fresh.dataset.first)?.prepend(...[...fresh.children].map((li) => document.adoptNode(li)));
  for (const there of next.querySelectorAll("body > [id]")) { // what somebody has begun to fill in stays
    const fields = document.getElementById(there.id)?.querySelectorAll("details[open] :is(input, textarea)") ?? [];
    if (![...fields].some((el) => el.value !== el.defaultValue)) put(there);
  }
  document.body.dataset.part = told.dataset.next;
}

// What is due soon is counted down, from the seconds that were left when the page was
// made: the clock of this machine may be wrong. Without this the words stay.
const ends = new WeakMap();
const two = (n) => String(n).padStart(2, "0");
function count() {
  for (const el of document.querySelectorAll("[data-left]")) {
    if (!ends.has(el)) ends.set(el, Date.now() + el.dataset.left * 1000);
    const s = Math.max(0, Math.round((ends.get(el) - Date.now()) / 1000)), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    el.textContent = h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  }
}
count();
setInterval(count, 1000);
