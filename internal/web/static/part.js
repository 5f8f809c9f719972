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
