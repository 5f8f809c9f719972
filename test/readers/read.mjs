// Reads a feed or a calendar with a reader of npm, and prints a line for each
// entry: id, time, whether there is content, title.
import { Readable } from "node:stream";
import FeedParser from "feedparser";
import ICAL from "ical.js";
import Parser from "rss-parser";

const [reader, address] = process.argv.slice(2);
const text = await (await fetch(address)).text();
const print = (id, at, content, title) => console.log([id, at ? new Date(at).toISOString() : "no time", Boolean(content), title].join(" "));

if (reader === "feedparser") {
  await new Promise((done, failed) => {
    const parser = new FeedParser({});
    parser.on("error", failed).on("end", done).on("readable", () => {
      for (let item = parser.read(); item; item = parser.read()) print(item.guid, item.pubdate, item.description, item.title);
    });
    Readable.from([text]).pipe(parser);
  });
} else if (reader === "rss-parser") {
  for (const item of (await new Parser().parseString(text)).items) print(item.guid ?? item.id, item.isoDate, item.content, item.title);
} else {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const one of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(one);
    print(event.uid, event.startDate.toJSDate(), event.endDate.compare(event.startDate) > 0, event.summary);
  }
}
