import { startServer } from "./server.mjs";

/** One server for all tests, unless GREENLIT_URL names one that runs already. Returns its end. */
export default async function globalSetup() {
  if (process.env.GREENLIT_URL) return;
  const server = await startServer();
  process.env.GREENLIT_URL = server.url;
  return async () => {
    await server.stop();
    delete process.env.GREENLIT_URL;
  };
}
