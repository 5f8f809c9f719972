// Generates a client from what the desk declares of itself, which it tells
// without a token, as generators want it.
import { EmitModes, Modes, type ConfigFileOptions } from "@odata2ts/odata2ts";

const config: ConfigFileOptions = {
  mode: Modes.service,
  emitMode: EmitModes.js,
  services: {
    desk: { serviceName: "desk", sourceUrl: `${process.env.TOCSIN_BASE}/v1.0`, source: "desk.xml", refreshFile: true, output: "generated" },
  },
};

export default config;
