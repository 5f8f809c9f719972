package translate

import "strings"

// often is the slot of "intermittently" in the forms of modals.
const often = "{i}"

// readGrammar adds the parts of impact sentences, and the sentences that they
// make: {who} [{where}] {modal} {predicate} [{object}] [{via}].
func (b *Book) readGrammar(g *grammarFile) {
	for i := range g.Modals {
		line := &g.Modals[i]
		for _, form := range line.En {
			b.slot("modal").add(b, strings.Replace(form, often, "", 1), &entry{key: line.Key, line: line})
			if strings.Contains(form, often) {
				b.slot("modal").add(b, strings.Replace(form, often, g.Intermittently.En[0]+" ", 1), &entry{key: line.Key, line: line, often: true})
			}
		}
	}
	for i := range g.Predicates {
		line := &g.Predicates[i]
		slot := "predicate"
		if line.Obj {
			slot = "predicateOf"
		}
		for _, form := range line.En {
			b.slot(slot).add(b, form, &entry{key: line.Key, line: line})
		}
	}
	for i := range g.Objects {
		b.addObject(&g.Objects[i])
	}
	b.addLines("via", g.Via)
	b.addLines("who", g.Who)
	b.often = g.Intermittently.all()
	b.where = g.Where
	b.and, b.or = g.And.all(), g.Or.all()
	for _, who := range []string{"{who}", "{who} in {region}", "{who} located in {region}", "{who} hosted in {region}"} {
		for _, what := range []string{"{predicate}", "{predicateOf} {object}"} {
			for _, via := range []string{"", " {via}"} {
				b.slot("sentence").add(b, who+" {modal} "+what+via, &entry{key: "impact", render: impact})
			}
		}
	}
}

func (b *Book) addObject(line *bookLine) {
	e := &entry{key: line.Key, target: templates(line.all()), forms: map[string]*[languageCount]template{}}
	for form, words := range map[string][languageCount]string{
		"a":    {line.FrA, line.in(japanese, 0), line.EsA, line.in(german, 0)},
		"d":    {line.FrD, line.in(japanese, 0), line.EsD, line.in(german, 0)},
		dative: {"", "", "", line.DeDat},
	} {
		t := templates(words)
		e.forms[form] = &t
	}
	for _, form := range line.En {
		b.slot("object").add(b, form, e)
	}
}

// An impact is an impact sentence taken apart.
type impactParts struct {
	who, region, modal, predicate, object, via *option
}

func partsOf(captures []capture) (p impactParts) {
	for i := range captures {
		o := &captures[i].option
		switch captures[i].name {
		case "who":
			p.who = o
		case "region":
			p.region = o
		case "modal":
			p.modal = o
		case "predicate", "predicateOf":
			p.predicate = o
		case "object":
			p.object = o
		case "via":
			p.via = o
		}
	}
	return p
}

// impact puts an impact sentence together. It reports false when a part lacks
// the form that the sentence wants, such as a German dative.
func impact(b *Book, lang int, captures []capture) (string, bool) {
	p := partsOf(captures)
	object, ok := b.objectOf(lang, p)
	if !ok {
		return "", false
	}
	w := writer{lang: lang}
	w.write(b.whoOf(lang, p))
	via, adverb := "", ""
	if p.via != nil {
		if via = b.value(lang, "", *p.via); via == "" {
			return "", false
		}
	}
	if p.modal.entry.often {
		adverb = b.often[lang]
	}
	modal := p.modal.entry.line.in(lang, 0)
	switch lang {
	case japanese:
		w.write("が")
		for _, part := range []string{via, adverb} {
			if part != "" {
				w.write(" " + part)
			}
		}
		before, after, _ := strings.Cut(modal, "{neg}")
		w.write(before)
		w.write(" " + object)
		w.write(after)
		return w.text(), true
	case german:
		words := ""
		for _, part := range []string{adverb, via} {
			if part != "" {
				words += part + " "
			}
		}
		w.write(" " + strings.NewReplacer("{adv}", words, "{neg}", object).Replace(modal))
		return w.text(), true
	}
	if adverb != "" {
		adverb = ", " + adverb + ","
	}
	w.write(" " + strings.NewReplacer("{, i,}", adverb, "{inf}", object).Replace(modal))
	if via != "" {
		w.write(" " + via)
	}
	return w.text(), true
}

// whoOf is who is affected, with the place.
func (b *Book) whoOf(lang int, p impactParts) string {
	who := b.value(lang, "", *p.who)
	if p.region == nil {
		return who
	}
	where := strings.Replace(b.where.in(lang, 0), "{region}", b.value(lang, "", *p.region), 1)
	if lang == japanese {
		return where + who
	}
	return who + " " + where
}

// objectOf is the predicate with its object in the form that it wants.
func (b *Book) objectOf(lang int, p impactParts) (string, bool) {
	line := p.predicate.entry.line
	words := line.in(lang, 0)
	for slot, form := range map[string]string{"{a}": "a", "{d}": "d", "{o}": ""} {
		before, after, found := strings.Cut(words, slot)
		if !found {
			continue
		}
		if p.object == nil {
			return "", false
		}
		if slot == "{o}" && line.Dat && lang == german {
			form = dative
		}
		object := b.value(lang, form, *p.object)
		if object == "" {
			return "", false
		}
		w := writer{lang: lang}
		w.write(before)
		w.write(object)
		w.write(after)
		return w.text(), true
	}
	return words, true
}
