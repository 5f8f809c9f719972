package demo

import (
	"fmt"
	"strings"
	"time"

	"example.org/tocsin/internal/tocsin"
)

// spelling is how one message writes the headings of the newer family: real
// ones differ in case, brackets and colons.
func (d draft) spelling() (what, schedule, impact, action, compliance string) {
	return pickFive([][5]string{
		{"[What and Why:]", "[Rollout Schedule:]", "[Impact on Your Organization:]", "[Action Required / Recommendations:]", "[Compliance considerations:]"},
		{"[What and why]", "[Rollout schedule]", "[Impact on your organization]", "[Action required and recommendations]", "[Compliance considerations]"},
		{"[What and Why]", "[Rollout Schedule]", "[Impact on Your Organization]", "[Action Required/Recommendations]", "Compliance Considerations:"},
	}, d.rank)
}

func pickFive(list [][5]string, n int) (a, b, c, d, e string) {
	five := list[n%len(list)]
	return five[0], five[1], five[2], five[3], five[4]
}

// newBody writes the HTML of a message under the headings that new messages have
// since May 2026. lead is the note of an update.
func (d draft) newBody(rollout time.Time, lead string) string {
	var b strings.Builder
	b.WriteString(lead)
	what, schedule, impact, action, compliance := d.spelling()
	heading := func(text string) { b.WriteString("<p><b>" + text + "</b></p>") }
	heading(what)
	fmt.Fprintf(&b, "<p>%s</p><p>%s %s.</p>", d.opening(), d.topic.name, d.topic.does)
	if item := 480_000 + d.number*37; d.phase == preview || d.phase == arrival {
		fmt.Fprintf(&b, `<p>This message is about roadmap item <a href="https://roadmap.example.com/items/%d" target="_blank">%d</a>.</p>`, item, item)
	}
	heading(schedule)
	d.rings(&b, rollout)
	heading(impact)
	d.concerned(&b)
	heading(action)
	fmt.Fprintf(&b, "<p>%s</p>", d.preparation())
	if d.number%3 == 0 {
		fmt.Fprintf(&b, `<p><b>Learn more:</b> <a href="https://docs.example.com/features/%d" target="_blank">%s</a></p>`, 480_000+d.number*37, d.topic.name)
	}
	heading(compliance)
	d.considerations(&b)
	return b.String()
}

// rings lists when whom a change reaches.
func (d draft) rings(b *strings.Builder, rollout time.Time) {
	end := rollout.AddDate(0, 0, 18+d.number%30)
	ring := func(name string, from, to time.Time) {
		fmt.Fprintf(b, "<li><b>%s:</b> Beginning in <b>%s</b> and expected to complete by <b>%s</b>.</li>", name, partOfMonth(from), partOfMonth(to))
	}
	b.WriteString("<ul>")
	switch d.phase {
	case preview:
		ring("Public Preview (Worldwide)", rollout, end)
	case arrival:
		ring("Targeted Release", rollout, rollout.AddDate(0, 0, 12))
		ring("General Availability (Worldwide)", end, end.AddDate(0, 1, 0))
	default:
		ring("General Availability (Worldwide, GCC)", rollout, end.AddDate(0, 1, 0))
	}
	b.WriteString("</ul>")
}

// concerned says who is affected, where, and by what: lists, one within another.
func (d draft) concerned(b *strings.Builder) {
	b.WriteString("<p><b>Who is affected:</b></p><ul><li>Admins who manage " + d.topic.where + "</li><li>People who use " + d.topic.old + "</li></ul>")
	b.WriteString("<p><b>Platforms/Services:</b></p><ul>")
	for id := range strings.FieldsSeq(d.topic.services) {
		b.WriteString("<li>" + tocsin.ServiceNameOf(id) + "</li>")
	}
	b.WriteString("</ul><p><b>What will happen:</b></p><ul><li>" + d.effect() + "</li><li>In short:<ul>")
	for _, line := range d.points() {
		b.WriteString("<li>" + line + "</li>")
	}
	b.WriteString("</ul></li></ul>")
}

// considerations is a table in every third message, and a sentence in others.
func (d draft) considerations(b *strings.Builder) {
	if d.number%3 != 1 {
		b.WriteString("<p>No compliance considerations identified.</p>")
		return
	}
	b.WriteString("<table><tbody><tr><th>Area</th><th>Explanation</th></tr>")
	fmt.Fprintf(b, "<tr><td>Admin control</td><td>Admins decide in %s who has it.</td></tr>", d.topic.where)
	fmt.Fprintf(b, "<tr><td>Data that is kept</td><td>Settings of %s are kept with the organization, for as long as it exists.</td></tr></tbody></table>", d.topic.name)
}
