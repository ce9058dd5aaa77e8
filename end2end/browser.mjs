// The Chromium that tests, benchmarks and screenshots use.
import { existsSync } from "node:fs";

// Debian's and Ubuntu's package where there is one (`cargo xtask setup --test` looks at the same places), else
// Playwright's own browser.
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));

// Chromium's sandbox refuses to run as root, which is what containers run as.
const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

const quiet = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** For Playwright's `launch`. */
export const launchOptions = { ...(chromium && { executablePath: chromium }), args: [...root, ...quiet] };
