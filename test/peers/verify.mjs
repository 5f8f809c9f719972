// Verifies a signed webhook: the arguments are the secret, the id, the time stamp
// and the signatures; the body is read.
import { Webhook } from "standardwebhooks";
import { readFileSync } from "node:fs";

const [secret, id, timestamp, signature] = process.argv.slice(2);
try {
  new Webhook(secret).verify(readFileSync(0, "utf8"), { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature });
  console.log("verified");
} catch (error) {
  console.log("refused: " + error.message);
  process.exit(1);
}
