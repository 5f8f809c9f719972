package browser

import (
	"net/http"
	"strings"
	"testing"

	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/tocsin"
)

// An entry of somebody else shows in an open room without a reload, and as a part of
// the page; the focus and words that are half written stay. Where the stream is lost,
// the page says so.
func TestPageRoomLive(t *testing.T) {
	t.Parallel()
	tab, who := browsertest.Open(t), personOf(t, tocsin.RoleIncidentManager)
	tab.Before(`const Real = EventSource; window.EventSource = class extends Real { constructor(to) { super(to); window.stream = this; } };
		const ask = fetch; window.asked = []; window.fetch = (to, how) => { window.asked.push(String(to)); return ask(to, how); };`)
	tab.Go(base(t) + "/login")
	submit(tab, ".login__form", map[string]string{"name": who.Name, "password": who.Password})
	tab.Go(base(t) + "/incidents/1")
	tab.Wait(`window.stream?.readyState === EventSource.OPEN`)
	browsertest.Eval[bool](tab, `(() => { window.mark = true; document.querySelector("#text").focus(); return true; })()`)
	tab.Press("half a thought")
	wrote(t, "Nothing is delayed any more.")
	tab.Wait(`document.querySelector("#r-feed").firstElementChild.innerText.includes("Nothing is delayed any more.")`)
	wrote(t, "The queues are empty.")
	tab.Wait(`document.querySelector("#r-feed").firstElementChild.innerText.includes("The queues are empty.")`)
	if !browsertest.Eval[bool](tab, `window.mark === true && window.asked.some((to) => to.includes("/incidents/1/part?after="))`) {
		t.Errorf("the page was loaded again, or asked for no part: %v", browsertest.Eval[[]string](tab, `window.asked ?? []`))
	}
	if !browsertest.Eval[bool](tab, `document.activeElement.id === "text" && document.activeElement.value === "half a thought"`) {
		t.Error("the focus or what was half written is lost")
	}
	tab.Press(" ends")
	if got := browsertest.Eval[string](tab, `document.querySelector("#text").value`); got != "half a thought ends" {
		t.Errorf("%q is written", got)
	}
	if browsertest.Eval[bool](tab, `document.querySelector("#live").classList.contains("live--off")`) {
		t.Error("the stream counts as lost")
	}
	browsertest.Eval[bool](tab, `window.stream.dispatchEvent(new Event("error"))`)
	if !browsertest.Eval[bool](tab, `document.querySelector("#live.live--off")?.textContent === document.querySelector("#live").dataset.lost && document.querySelector("#live").textContent !== ""`) {
		t.Error("nobody is told that the stream is lost")
	}
}

// wrote has a program write into the first room of the demo.
func wrote(t *testing.T, text string) {
	t.Helper()
	tenant := running.info.Tenants[0]
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base(t)+"/api/tocsin/v1/tenants/"+tenant.ID+"/incidents/1/entries", strings.NewReader(`{"text":"`+text+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+tenant.DeskToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("write an entry: %s", response.Status)
	}
}

// What is due soon runs down by the second, from what was left when the page was made.
func TestPageRoomCountsDown(t *testing.T) {
	t.Parallel()
	tab, who := browsertest.Open(t), personOf(t, tocsin.RoleIncidentManager)
	tab.Before(`const real = Date.now.bind(Date); window.skip = 0; Date.now = () => real() + window.skip;
		document.addEventListener("readystatechange", () => { if (document.readyState !== "interactive") return;
			const el = document.createElement("b"); el.id = "left"; el.dataset.left = "3725"; document.body.append(el); });`)
	tab.Go(base(t) + "/login")
	submit(tab, ".login__form", map[string]string{"name": who.Name, "password": who.Password})
	tab.Go(base(t) + "/incidents/1")
	tab.Wait(`/^1:0[12]:[0-9][0-9]$/.test(document.querySelector("#left").textContent)`)
	browsertest.Eval[bool](tab, `(() => { window.skip = 3_600_000; return true; })()`)
	tab.Wait(`/^[12]:[0-9][0-9]$/.test(document.querySelector("#left").textContent)`)
	browsertest.Eval[bool](tab, `(() => { window.skip = 7_200_000; return true; })()`)
	tab.Wait(`document.querySelector("#left").textContent === "0:00"`)
}
