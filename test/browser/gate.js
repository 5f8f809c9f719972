// Looks at the page as people see it and lists what is wrong with its layout:
// {check, text, where} each. It changes nothing. Read as an expression.
(() => {
	const found = [], seen = new Set();
	const where = (e) => {
		const parts = [];
		for (; e && e !== document.body && parts.length < 3; e = e.parentElement) {
			const names = typeof e.className === "string" ? e.className.trim().split(/\s+/).filter(Boolean).map((c) => "." + c).join("") : "";
			parts.unshift(e.localName + (e.id && !/\d/.test(e.id) ? "#" + e.id : "") + names);
		}
		return parts.join(" > ");
	};
	const say = (check, e, text) => {
		const fault = {check, text: text.replace(/\s+/g, " ").trim().slice(0, 100), where: where(e)}, key = JSON.stringify(fault);
		if (!seen.has(key)) found.push(fault);
		seen.add(key);
	};

	// What is known of an element once.
	const memo = (make) => { const kept = new Map(); return (e) => { if (!kept.has(e)) kept.set(e, make(e)); return kept.get(e); }; };
	const style = memo((e) => getComputedStyle(e));
	const box = memo((e) => e.getBoundingClientRect());
	const shown = memo((e) => {
		if (!e.checkVisibility({opacityProperty: true, visibilityProperty: true})) return false;
		for (let p = e; p; p = p.parentElement) { // for screen readers only, or for the keyboard
			if (style(p).clipPath.startsWith("inset(50%") || p.matches(".skip, .sprite")) return false;
		}
		return true;
	});
	const block = memo((e) => { while (/^(inline|contents|ruby)$/.test(style(e).display) && e.parentElement) e = e.parentElement; return e; });
	const layer = memo((e) => { for (; e; e = e.parentElement) if (/sticky|fixed/.test(style(e).position)) return e; return null; });
	const language = memo((e) => e.closest("[lang]")?.lang ?? "");
	const inner = memo((e) => { // the padding box
		const b = box(e), s = style(e);
		return {left: b.left + parseFloat(s.borderLeftWidth), right: b.right - parseFloat(s.borderRightWidth), top: b.top + parseFloat(s.borderTopWidth), bottom: b.bottom - parseFloat(s.borderBottomWidth)};
	});
	const clippers = memo((e) => { // the ancestors that cut what is in e, the innermost first
		if (!e || e === document.body || e === document.documentElement) return [];
		const outside = style(e).position === "fixed" ? [] : clippers(e.parentElement);
		const cuts = !/^(inline|contents)$/.test(style(e).display) && (style(e).overflowX !== "visible" || style(e).overflowY !== "visible");
		return cuts ? [e, ...outside] : outside;
	});
	const scrolls = (e) => /auto|scroll/.test(style(e).overflowX + style(e).overflowY);
	const framed = memo((e) => { // the nearest box that one sees
		for (; e && e !== document.body; e = e.parentElement) {
			const s = style(e);
			if (s.display !== "inline" && (parseFloat(s.borderRightWidth) > 0 && s.borderRightStyle !== "none" && !/^rgba.*, 0\)$/.test(s.borderRightColor) || !/^rgba.*, 0\)$/.test(s.backgroundColor))) return e;
		}
		return null;
	});

	// Nothing is wider than the window.
	const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
	if (over > 0) {
		const beyond = [...document.querySelectorAll("body *")].filter((e) => !clippers(e.parentElement).length && e.getBoundingClientRect().right > innerWidth + .5).pop();
		say("too wide", beyond ?? document.body, over + " px");
	}

	// All texts, with their lines, by block.
	const blocks = new Map(), items = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const e = node.parentElement;
		if (!node.data.trim() || !shown(e) || e.matches("option, script, style, noscript")) continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		const lines = [...range.getClientRects()].filter((r) => r.width > .5 && r.height > .5);
		if (!lines.length) continue;
		if (!blocks.has(block(e))) blocks.set(block(e), []);
		blocks.get(block(e)).push({node, e, lines});
		for (const line of lines) items.push({e, node, text: node.data, line});
	}

	// What is written in Japanese says so: its lines end elsewhere, and it is read aloud otherwise.
	for (const {e, text} of items) if (/[\p{sc=Hiragana}\p{sc=Katakana}]/u.test(text) && language(e) !== "ja" && !e.closest("[translate=no], input, textarea, [lang='']")) say("language", e, text);

	// Nothing is cut off, but for what ends in dots and stands whole elsewhere.
	const textOf = (e) => e.textContent.replace(/\s+/g, " ").trim();
	const whole = new Set();
	const dotted = [], cutNodes = new Set();
	for (const one of items) {
		const {e, line} = one, high = line.height * .3;
		let cut = null;
		for (const by of clippers(e)) {
			const b = inner(by);
			if (scrolls(by)) break; // whoever scrolls sees it
			if (line.left < b.left - 1.5 || line.right > b.right + 1.5 || line.top < b.top - high || line.bottom > b.bottom + high) { cut = by; break; }
		}
		if (line.left < -1 && !clippers(e).some(scrolls)) say("cut", e, one.text);
		if (cut) cutNodes.add(one.node);
		if (!cut) continue;
		if (style(cut).textOverflow === "ellipsis") dotted.push({cut, text: one.text.replace(/\s+/g, " ").trim()});
		else say("cut", e, one.text);
	}
	for (const one of items) if (!cutNodes.has(one.node)) whole.add(one.text.replace(/\s+/g, " ").trim());
	for (const {cut, text} of dotted) {
		if (!whole.has(text) && !cut.closest("[title]")?.title.includes(text)) say("cut", cut, text);
	}
	for (const svg of document.querySelectorAll("svg")) {
		if (!shown(svg) || style(svg).overflow === "visible") continue;
		const b = box(svg);
		for (const text of svg.querySelectorAll("text")) {
			const r = text.getBoundingClientRect();
			if (r.left < b.left - 1 || r.right > b.right + 1 || r.top < b.top - r.height * .3 || r.bottom > b.bottom + r.height * .3) say("cut", text, text.textContent);
		}
	}
	const pen = document.createElement("canvas").getContext("2d");
	for (const field of document.querySelectorAll("input, select")) {
		const text = field.localName === "select" ? field.selectedOptions[0]?.text : field.placeholder;
		if (!text || !shown(field) || field.value && field.localName === "input") continue;
		const s = style(field);
		pen.font = s.fontStyle + " " + s.fontWeight + " " + s.fontSize + " " + s.fontFamily;
		if (pen.measureText(text).width > field.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight) + 1) say("cut", field, text);
	}

	// No text runs out of the box that it stands in.
	for (const {e, line, text} of items) {
		const around = framed(e);
		if (!around || e.closest("svg") || clippers(e).some((by) => (by === around ? scrolls(by) : around.contains(by)))) continue;
		const b = box(around);
		if (line.right > b.right + 1.5 || line.left < b.left - 1.5 || line.bottom > b.bottom + line.height * .4 || line.top < b.top - line.height * .4) say("out of its box", e, text);
	}

	// No text lies on another one, on a field or on a sign.
	const visible = (e, r, trim) => {
		let {left, right, top, bottom} = r;
		if (trim) { const h = (bottom - top) * .22; top += h; bottom -= h; left += .75; right -= .75; }
		for (const by of clippers(e)) { const b = inner(by); left = Math.max(left, b.left); right = Math.min(right, b.right); top = Math.max(top, b.top); bottom = Math.min(bottom, b.bottom); }
		return right - left > 1 && bottom - top > 1 ? {left, right, top, bottom} : null;
	};
	const things = [];
	for (const {e, node, text, line} of items) { const r = visible(e, line, true); if (r) things.push({e, node, text, ...r}); }
	for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea, img, svg")) {
		if (!shown(e) || e.querySelector("text") || e.parentElement.closest("svg")) continue;
		const r = visible(e.parentElement, box(e), false);
		if (r) things.push({e, node: e, text: e.localName + " " + (e.id || e.getAttribute("class") || ""), ...r});
	}
	things.sort((a, b) => a.top - b.top);
	for (let i = 0; i < things.length; i++) {
		const a = things[i];
		for (let k = i + 1; k < things.length && things[k].top < a.bottom - 1; k++) {
			const b = things[k];
			if (a.node === b.node || a.left >= b.right - 1 || b.left >= a.right - 1 || layer(a.e) !== layer(b.e)) continue;
			if (a.node instanceof Element && b.node instanceof Element || a.e.contains(b.e) && a.node === a.e || b.e.contains(a.e) && b.node === b.e) continue;
			say("text on text", a.node instanceof Element ? b.e : a.e, a.text.trim().slice(0, 45) + " ⁄ " + b.text.trim().slice(0, 45));
		}
	}

	// No word, id, number with its unit, date or time is broken into two lines.
	const months = "(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec|January|February|March|April|August|September|October|November|December|janv\\.?|févr\\.?|mars|avr\\.?|mai|juin|juil\\.?|août|sept\\.?|oct\\.?|nov\\.?|déc\\.?|janvier|février|avril|juillet|septembre|octobre|novembre|décembre)";
	const ja = "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}ー々";
	const latin = "(?:(?![" + ja + "])[\\p{L}\\p{M}\\p{N}_])";
	const wholes = [
		["id", /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu],
		["date", new RegExp("(?<!\\d)\\d{1,2}(?:er)?\\s" + months + "(?![\\p{L}])(?:\\s\\d{4})?|\\d{4}-\\d\\d-\\d\\d|\\d{1,2}:\\d\\d|\\d+\\s?(?:d|h|min|s|j|%|KB|MB|ko|Mo|Ko)(?![\\p{L}\\p{N}’'])", "gu")],
		["date", /\d+\s?年(?:\s?\d+\s?月(?:\s?\d+\s?日)?)?|\d+\s?月(?:\s?\d+\s?日)?|\d+\s?(?:年|か月|月|週間|日|時間|時|分|秒|件|回|名|個|版)|第\s?\d+\s?版/gu],
		["word", new RegExp(latin + "+(?:['’]" + latin + "+)*", "gu")],
		["word", /[\p{sc=Katakana}ー]{2,}/gu],
	];
	const segmenter = new Intl.Segmenter("ja", {granularity: "word"});
	const lineCount = (rects) => { let n = 0, bottom = -1e9; for (const r of rects) { if (r.width < .2) continue; if (r.top + r.height / 2 > bottom) n++; bottom = Math.max(bottom, r.bottom); } return n; };
	const parted = (a, b) => { // whether a line ends between two texts, or another box stands there
		const range = document.createRange();
		range.setStartAfter(a);
		range.setEndBefore(b);
		const between = range.commonAncestorContainer;
		return /\s/.test(range.toString()) || [...between.querySelectorAll("br, svg, input, button")].some((e) => range.intersectsNode(e)) || a.parentElement.closest("del, ins") !== b.parentElement.closest("del, ins") || a.parentElement !== b.parentElement && [...between.children].some((e) => range.intersectsNode(e) && !/^(inline|contents)$/.test(style(e).display));
	};
	for (const [b, texts] of blocks) {
		if (b.closest("svg") || lineCount(texts.flatMap((t) => t.lines).sort((x, y) => x.top - y.top)) < 2) continue;
		let all = "", last = null;
		const starts = texts.map((t) => {
			if (last && parted(last, t.node)) all += "\n";
			last = t.node;
			const at = all.length;
			all += t.node.data;
			return at;
		});
		const at = (offset, end) => { let k = starts.findLastIndex((s) => end ? s < offset : s <= offset); return [texts[k].node, offset - starts[k]]; };
		const tokens = [];
		for (const [check, form] of wholes) for (const m of all.matchAll(form)) if (m[0].length > 1) tokens.push([check, m.index, m[0]]);
		if (new RegExp("[" + ja + "]", "u").test(all)) {
			for (const s of segmenter.segment(all)) if (s.isWordLike && s.segment.length > 1 && /\p{sc=Han}/u.test(s.segment)) tokens.push(["word", s.index, s.segment]);
			if (all.length < 24) for (const m of all.matchAll(/[\p{sc=Han}][\p{sc=Hiragana}]/gu)) tokens.push(["word", m.index, m[0]]); // what is inflected, in short texts
		}
		const range = document.createRange();
		for (const [check, index, token] of tokens) {
			range.setStart(...at(index, false));
			range.setEnd(...at(index + token.length, true));
			const rects = [...range.getClientRects()];
			if (lineCount(rects) < 2) continue;
			if (check === "date" && /[!-~]*$/.exec(all.slice(0, index))[0].length + /^[!-~]*/.exec(all.slice(index))[0].length > 36) continue; // in an address
			if (rects.reduce((sum, r) => sum + r.width, 0) > innerWidth * .55 || check === "word" && /\S*$/.exec(all.slice(0, index))[0].length + /^\S*/.exec(all.slice(index))[0].length > 36) continue; // has to break somewhere
			say("broken " + check, texts[0].e, token + " in: " + all.slice(Math.max(0, index - 20), index + token.length + 20));
		}
	}
	return found;
})()
