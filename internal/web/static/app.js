// Keeps the open page current: fetches it again every few seconds and puts the
// new content in place, unless the reader is in the middle of something. The
// page is complete without this.
const every = 10_000;

async function refresh() {
  if (document.hidden || document.querySelector("details[open], :focus-within:is(input, select, textarea)")) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const selector of [".live", ".clock", "#main"]) {
    const here = document.querySelector(selector);
    const there = next.querySelector(selector);
    if (here && there && here.innerHTML !== there.innerHTML) here.replaceChildren(...there.childNodes);
  }
}

setInterval(() => refresh().catch(() => {}), every);
