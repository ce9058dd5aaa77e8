// Brings the page back that was asked for, as soon as the server answers again.
const PAUSE_MS = 3000;

async function look() {
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => undefined);
  if (answer?.ok) location.reload();
  return answer?.ok;
}

async function watch() {
  // A page that nobody looks at has time.
  if (!document.hidden && (await look())) return;
  setTimeout(watch, PAUSE_MS);
}

addEventListener("online", look);
document.addEventListener("visibilitychange", look);
setTimeout(watch, PAUSE_MS);
