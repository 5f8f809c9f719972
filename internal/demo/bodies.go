package demo

import (
	"fmt"
	"strings"
	"time"
)

// body writes the HTML of a message. Headings are those that people know from
// the message center, of the newer family or the older one; lead is the note of
// an update.
func (d draft) body(rollout time.Time, lead string) string {
	if d.modern {
		return d.newBody(rollout, lead)
	}
	var b strings.Builder
	b.WriteString(lead)
	heading := func(text string) { b.WriteString("<p><b>" + text + ":</b></p>") }
	para := func(format string, args ...any) { fmt.Fprintf(&b, "<p>"+format+"</p>", args...) }
	t := d.topic
	para("%s", d.opening())
	if d.phase == preview || d.phase == arrival {
		para(`This message is about roadmap item <a href="https://roadmap.example.com/items/%d" target="_blank">%d</a>.`, 480_000+d.number*37, 480_000+d.number*37)
	}
	heading("When this will happen")
	d.schedule(&b, rollout)
	heading("How this will affect your organization")
	para("%s %s. %s", t.name, t.does, d.effect())
	if d.number%4 == 1 {
		d.table(&b, rollout)
	}
	if d.phase != arrival || d.number%3 == 0 {
		b.WriteString("<p>In short:</p><ul>")
		for _, line := range d.points() {
			b.WriteString("<li>" + line + "</li>")
		}
		b.WriteString("</ul>")
	}
	heading("What you need to do to prepare")
	para("%s", d.preparation())
	if d.number%6 == 2 {
		para(`More about it: <a href="https://docs.example.com/features/%d" target="_blank">%s</a>`, 480_000+d.number*37, t.name)
	}
	if d.number%8 == 3 {
		b.WriteString(`<p><img src="https://images.example.com/features/` + fmt.Sprint(d.number) + `.png" alt="The new setting" style="width: 480px;"></p>`)
	}
	return b.String()
}

func (d draft) opening() string {
	t := d.topic
	switch d.phase {
	case preview:
		return pick([]string{
			"We're opening a preview of a feature that many of you have asked for: " + t.name + ".",
			"Be among the first to try " + t.name + ". The preview is open to organizations that take part in early releases.",
			t.name + " is ready to be tried. Tell us what you think of it before it goes to everybody.",
		}, d.rank)
	case arrival:
		return pick([]string{
			t.name + " leaves its preview. Thank you to all who have sent us their experience.",
			"After some months of preview, " + t.name + " is coming to all organizations.",
			"We're bringing " + t.name + " to everybody, with several improvements over the preview.",
		}, d.rank)
	case newDefault:
		return pick([]string{
			"So far an admin had to turn on " + t.name + ". That will change.",
			"Since most organizations have turned on " + t.name + " by now, it will be on from the start.",
		}, d.rank)
	}
	return pick([]string{
		"We're going to retire " + t.old + ". " + t.name + " takes over what it did.",
		"With " + t.name + " in place, " + t.old + " has served its time.",
		"You use " + t.old + ". Please read on: the time in which you can is limited.",
	}, d.rank)
}

// schedule lists dates as months, early, mid or late, as such posts do.
func (d draft) schedule(b *strings.Builder, rollout time.Time) {
	part := partOfMonth
	end := rollout.AddDate(0, 0, 18+d.number%30)
	switch d.phase {
	case preview:
		fmt.Fprintf(b, "<p>Public preview: from %s to %s.</p>", part(rollout), part(end))
	case arrival:
		fmt.Fprintf(b, "<p>Targeted release: from %s to %s.</p><p>General availability: from %s to %s.</p>",
			part(rollout), part(rollout.AddDate(0, 0, 12)), part(end), part(end.AddDate(0, 1, 0)))
	case newDefault:
		fmt.Fprintf(b, "<p>The default changes in %s. By %s the change will have reached every organization.</p>", part(rollout), part(end))
	default:
		fmt.Fprintf(b, "<p>New use is no longer possible from %s on. In %s the last access ends.</p>", part(rollout), part(end.AddDate(0, 2, 0)))
	}
}

// partOfMonth is a day as posts write it: "early May 2026".
func partOfMonth(t time.Time) string {
	word := "late "
	if t.Day() <= 10 {
		word = "early "
	} else if t.Day() <= 20 {
		word = "mid-"
	}
	return word + t.Format("January 2006")
}

func (d draft) effect() string {
	t := d.topic
	switch d.phase {
	case preview:
		return "The preview is off until an admin turns it on in " + t.where + ". It can be turned off again at any time, and nothing of it stays behind."
	case arrival:
		return "People find it without any action of yours. Admins can limit it to groups in " + t.where + "."
	case newDefault:
		return "Where an admin has made a choice already, that choice stays. Everywhere else it will be on, and " + t.old + " will no longer be offered first."
	}
	return "What was made with " + t.old + " stays readable for 90 days and is then removed. There is no automatic move, because settings differ too much between organizations."
}

// points repeats the essentials for those who only skim.
func (d draft) points() []string {
	t := d.topic
	list := []string{"Admins manage it in " + t.where + "."}
	switch d.phase {
	case preview:
		return append(list, "Taking part costs nothing and needs no new licence.", "Feedback goes to us through the feedback button.")
	case newDefault:
		return append(list, "People see a short introduction once.", "The setting is kept in each environment of its own.")
	case retirement:
		return append(list, "New items can't be made with "+t.old+" from the first date on.",
			"Scripts that call it get an error with code 410 after the last date.", "A report lists who still uses it.")
	}
	return append(list, "It works in the browser and in the desktop apps.")
}

func (d draft) preparation() string {
	t := d.topic
	switch d.phase {
	case preview:
		return pick([]string{
			"Decide whether a small group should take part, and turn the preview on for it in " + t.where + ".",
			"Nothing, unless you want to take part. In that case look at " + t.where + " when the preview begins.",
		}, d.rank)
	case arrival:
		return pick([]string{
			"Tell your help desk about it and bring your own instructions up to date.",
			"Nothing needs to be done. You may want to mention it in your next newsletter.",
			"Check in " + t.where + " that the groups you chose during the preview are still the right ones.",
		}, d.rank)
	case newDefault:
		return "If you don't want it on, turn it off in " + t.where + " before the first date. Your choice is kept."
	}
	return pick([]string{
		"Find out who uses " + t.old + " with the report in " + t.where + ", speak with them and plan the change before the last date.",
		"Move to " + t.name + " before the last date. Begin with the teams that the report in " + t.where + " lists first.",
	}, d.rank)
}

// table shows the dates again by cloud, as some posts do.
func (d draft) table(b *strings.Builder, rollout time.Time) {
	b.WriteString("<table><thead><tr><th>Environment</th><th>Begins</th></tr></thead><tbody>")
	for n, name := range []string{"Worldwide", "Government community", "Education"} {
		fmt.Fprintf(b, "<tr><td>%s</td><td>%s</td></tr>", name, rollout.AddDate(0, n, 0).Format("January 2006"))
	}
	b.WriteString("</tbody></table>")
}
