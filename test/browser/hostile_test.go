package browser

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"example.org/tocsin/internal/app"
	"example.org/tocsin/internal/browsertest"
	"example.org/tocsin/internal/config"
	"example.org/tocsin/internal/fakegraph"
	"example.org/tocsin/internal/httpserver/servetest"
	"example.org/tocsin/internal/tocsin"
)

// payloads are texts by which an upstream could try to run a script on our
// pages, load something from elsewhere, or break the layout. hit() tells.
var payloads = []string{
	`<script>hit()</script>`,
	`"><script>hit()</script>`,
	`'><script src=//elsewhere.example/x.js></script>`,
	`</title><script>hit()</script>`,
	`</textarea><script>hit()</script>`,
	`</style><script>hit()</script>`,
	`--><script>hit()</script>`,
	`]]><script>hit()</script>`,
	`<ScRiPt>hit()</ScRiPt>`,
	`<scr<script>ipt>hit()</scr</script>ipt>`,
	`<script/x>hit()</script>`,
	`<img src=x onerror=hit()>`,
	`<img src="x" onerror="hit()" alt="a picture">`,
	`<img/src=x/onerror=hit()>`,
	`<img src=https://elsewhere.example/pixel.gif alt=pixel>`,
	`<img srcset="https://elsewhere.example/a 1x">`,
	`<svg onload=hit()>`,
	`<svg><script>hit()</script></svg>`,
	`<svg><animate onbegin=hit() attributeName=x dur=1s>`,
	`<svg><use href="data:image/svg+xml,<svg id=x onload=hit()>#x"/></svg>`,
	`<svg><a xlink:href="javascript:hit()"><text y=20>click</text></a></svg>`,
	`<math><mtext><table><mglyph><style><img src=x onerror=hit()>`,
	`<math href="javascript:hit()">click</math>`,
	`<body onload=hit()>`,
	`<iframe src="javascript:hit()"></iframe>`,
	`<iframe srcdoc="<script>parent.hit()</script>"></iframe>`,
	`<object data="javascript:hit()"></object>`,
	`<embed src="javascript:hit()">`,
	`<a href="javascript:hit()">click</a>`,
	`<a href="JaVaScRiPt:hit()">click</a>`,
	`<a href="java&#09;script:hit()">click</a>`,
	`<a href=" javascript:hit()">click</a>`,
	`<a href="data:text/html,<script>opener.hit()</script>">click</a>`,
	`<a href="vbscript:hit()">click</a>`,
	`<a href="//elsewhere.example" target=_blank>click</a>`,
	`<a onclick=hit() onmouseover=hit()>over</a>`,
	`<form action="javascript:hit()"><button>send</button></form>`,
	`<form action="https://elsewhere.example"><input name=password></form>`,
	`<button formaction="javascript:hit()">press</button>`,
	`<input onfocus=hit() autofocus>`,
	`<details open ontoggle=hit()><summary>s</summary></details>`,
	`<video src=x onerror=hit()></video>`,
	`<audio src=x onerror=hit()></audio>`,
	`<video><source onerror=hit()></video>`,
	`<meta http-equiv=refresh content="0;url=javascript:hit()">`,
	`<meta http-equiv="refresh" content="0;url=https://elsewhere.example">`,
	`<base href="https://elsewhere.example/">`,
	`<link rel=stylesheet href="https://elsewhere.example/x.css">`,
	`<style>*{display:none}</style>`,
	`<style>@import "https://elsewhere.example/x.css";</style>`,
	`<div style="position:fixed;inset:0;z-index:9999;background:red">cover</div>`,
	`<p style="background:url(https://elsewhere.example/x)">styled</p>`,
	`<marquee onstart=hit()>m</marquee>`,
	`<template><script>hit()</script></template>`,
	`<noscript><p title="</noscript><img src=x onerror=hit()>">`,
	`<xss id=x tabindex=1 onfocus=hit()></xss>`,
	`{{.}}{{printf "%s" .}}${hit()}#{hit()}`,
	`javascript:hit()//`,
	"\u202eright to left\u2066\u200b\ufeff",
	strings.Repeat("W", 400),
	`</main></div></div></body></html>`,
	`<!--`,
	`<plaintext>`,
	`&lt;script&gt;hit()&lt;/script&gt;`,
	`<table><tr><td><table>`,
}

const contoso = "11111111-1111-4111-8111-111111111111"

// hostileWorld is an upstream all of whose texts are payloads. Each item has
// another one in each place.
func hostileWorld(t *testing.T, round int) *fakegraph.World {
	t.Helper()
	world := fakegraph.NewWorld()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(world.AddTenant(fakegraph.Tenant{ID: contoso, ClientID: "app", Secret: "secret"}))
	fill(t, world, round)
	return world
}

func fill(t *testing.T, world *fakegraph.World, round int) {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	at := func(i int) string { return payloads[(i+round)%len(payloads)] }
	for n := range 12 {
		i := n * 6
		service := at(i)
		issue := tocsin.Issue{
			ID: fmt.Sprintf("EX%06d", n+1), Title: at(i + 1), Service: service, Feature: at(i + 2), FeatureGroup: at(i + 3), Classification: []string{"incident", "advisory"}[n%2],
			Origin: "microsoft", Status: []tocsin.Status{tocsin.StatusDegradation, tocsin.StatusInterruption, tocsin.Status(at(i + 4))}[n%3], Impact: at(i + 4),
			StartAt: now.Add(-time.Hour), ModifiedAt: now.Add(time.Duration(round) * time.Second), Details: []tocsin.Detail{{Name: at(i), Value: at(i + 1)}},
			Posts: []tocsin.Post{
				{CreatedAt: now.Add(-time.Hour), Type: "regular", ContentType: "html", Content: "Title: " + at(i+5) + "\n\nUser impact: " + at(i) + "\n\nCurrent status: " + at(i+1) + "\n\nNext update by: " + at(i+2)},
				{CreatedAt: now.Add(-time.Minute), Type: "quick", ContentType: "text", Content: at(i + 3)},
			},
		}
		message := tocsin.Message{
			ID: fmt.Sprintf("MC%07d", n+1), Title: at(i), Services: []string{service, at(i + 1)}, Category: "planForChange", Severity: "high", Tags: []string{at(i + 2)},
			ActionRequiredBy: now.Add(48 * time.Hour), StartAt: now.Add(-time.Hour), EndAt: now.Add(1000 * time.Hour), ModifiedAt: now.Add(time.Duration(round) * time.Second),
			Details: []tocsin.Detail{{Name: "Summary", Value: at(i + 3)}, {Name: "ExternalLink", Value: at(i + 4)}}, ContentType: "html", Content: "<p>" + at(i+4) + "</p><p>" + at(i+5) + "</p>",
		}
		put(t, world, tocsin.KindIssue, issue)
		put(t, world, tocsin.KindMessage, message)
		id, _ := tocsin.ServiceIDOf(service)
		if err := world.SetOverview(tocsin.Overview{ServiceID: id, Service: service, Status: issue.Status}, contoso); err != nil {
			t.Logf("overview of %q: %v", service, err)
		}
	}
}

func put(t *testing.T, world *fakegraph.World, kind tocsin.Kind, v any) {
	t.Helper()
	doc, err := tocsin.NewDocument(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := world.Put(kind, doc.Body, contoso); err != nil {
		t.Fatal(err)
	}
}

// hostileDesk is a desk that has read two states of the hostile upstream.
func hostileDesk(t *testing.T) *app.App {
	t.Helper()
	world := hostileWorld(t, 0)
	upstream := fakegraph.New(world, fakegraph.Config{PerHour: -1, PerMinute: -1})
	address, err := upstream.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = upstream.Close() })
	c := config.Default()
	c.Server.Lane = servetest.Lane()
	c.Data, c.Server.Listen, c.Server.Pages = t.TempDir(), "127.0.0.1:0", "everyone"
	c.Tenants = []config.Tenant{{Name: "contoso", TenantID: contoso, Source: config.Source{
		Kind: "graph", ClientID: "app", Secret: "secret", Every: config.Duration(time.Hour),
		TokenURL: address + "/" + contoso + "/oauth2/v2.0/token", BaseURL: address + "/v1.0",
	}}}
	desk, err := app.New(t.Context(), c, app.Options{Log: slog.New(slog.DiscardHandler), Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 2 {
		fill(t, world, round)
		if poll, err := desk.Collector.Poll(t.Context(), contoso, "graph", true); err != nil || !poll.Outcome.Complete() {
			t.Fatalf("poll %d: %+v %v", round, poll, err)
		}
	}
	return runDesk(t, desk)
}

// watch is what a page must not see happen.
const watch = `
	window.seen = [];
	window.hit = () => seen.push("a script ran");
	window.addEventListener("error", (e) => seen.push("an error: " + (e.message ?? e.target.src ?? e.target.href)), true);
	window.addEventListener("unhandledrejection", (e) => seen.push("an error: " + e.reason));
	console.error = (...words) => seen.push("an error: " + words.join(" "));
	window.alert = window.confirm = window.prompt = () => seen.push("a dialog");
	document.addEventListener("securitypolicyviolation", (e) => seen.push("the policy stopped " + e.violatedDirective + " " + e.blockedURI));`

// findings lists what a page must not hold.
const findings = `(() => {
	const found = [...seen], own = (url) => new URL(url, location.href).origin === location.origin;
	for (const e of document.querySelectorAll("*")) {
		for (const a of e.attributes) {
			if (/^on/i.test(a.name)) found.push(e.tagName + " has " + a.name);
			if (a.name === "style") found.push(e.tagName + " has a style");
			if (/^(href|src|action|formaction|xlink:href|data|srcset)$/i.test(a.name) && /^\s*(javascript|vbscript|data):/i.test(a.value)) found.push(e.tagName + " leads to " + a.value.slice(0, 60));
		}
		if (e.tagName === "SCRIPT" && !(e.src && own(e.src))) found.push("a script element");
		if (/^(IFRAME|OBJECT|EMBED|BASE|STYLE|MARQUEE|VIDEO|AUDIO|PLAINTEXT)$/.test(e.tagName)) found.push("an element " + e.tagName);
		if (e.tagName === "META" && e.httpEquiv && !e.closest("noscript")) found.push("a meta http-equiv");
		if (e.tagName === "IMG" && !own(e.src)) found.push("a picture from " + e.src.slice(0, 60));
		if (e.tagName === "FORM" && !own(e.action)) found.push("a form to " + e.action);
		if (e.tagName === "LINK" && !own(e.href)) found.push("a link element to " + e.href);
	}
	if (!document.querySelector("main#main") || !document.querySelector("body > .app, body > .login, body.wall > main")) found.push("the page is broken up");
	const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
	if (wide > 0) {
		const beyond = [...document.querySelectorAll("body *")].filter((e) => !e.closest(".scroll-x") && e.getBoundingClientRect().right > innerWidth)[0];
		found.push(wide + " px too wide of " + innerWidth + ": " + beyond?.outerHTML.slice(0, 200));
	}
	return found;
})()`

// watched makes a tab watch each page that it opens from now on.
func watched(tab *browsertest.Tab) {
	tab.Do(func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
		return chromedp.Void{}, err
	})
}

// What an upstream sends is text on every page, in every language.
func TestPageHostileUpstream(t *testing.T) {
	t.Parallel()
	tab := browsertest.Open(t)
	desk := hostileDesk(t)
	base := desk.Base()
	watched(tab)
	paths := crawl(fetching(t, base), func(address string) string { path, _, _ := strings.Cut(address, "?"); return path })
	if len(paths) < 20 {
		t.Fatalf("only %d pages: %v", len(paths), paths)
	}
	for i, path := range paths {
		if about.MatchString(path) && !sampled(i) {
			continue
		}
		for j, code := range []string{"en", "fr", "ja"} {
			if (about.MatchString(path) || !thorough()) && i%3 != j { // each in one language, all in all
				continue
			}
			tab.Size([]int{1440, 390}[i%2], 900)
			tab.Go(base + languages[code] + path)
			for _, found := range browsertest.Eval[[]string](tab, findings) {
				t.Errorf("%s in %s: %s", path, code, found)
			}
		}
	}
	t.Logf("%d payloads on %d pages", len(payloads), len(paths))
	hostileNames(t, tab, desk)
}
