// Shows a page of ours instead of the browser's own when a navigation finds no server. Nothing else is kept: what belongs
// to a person never stands in a cache, and the files under /pkg/, whose names have their hash, the browser keeps itself.
// `v` in this script's address changes with the files below; a new version replaces the old one and its cache.
const CACHE = `offline-${new URL(self.location.href).searchParams.get("v")}`;
const PAGE = "/offline.html";
const FILES = [PAGE, "/offline.js", "/plain.css"];

self.addEventListener("install", (event) => {
  // Past the browser's own cache, which may still hold the last version's files.
  const fresh = FILES.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const stale = (names) => names.filter((name) => name !== CACHE).map((name) => caches.delete(name));
  event.waitUntil(
    Promise.all([
      caches.keys().then((names) => Promise.all(stale(names))),
      // The page is asked for while this script is still being started.
      self.registration.navigationPreload?.enable(),
    ]),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const kept = (path) => caches.open(CACHE).then((cache) => cache.match(path));
  if (request.mode === "navigate" && request.method === "GET") {
    const page = async () => (await event.preloadResponse) ?? fetch(request);
    event.respondWith(page().catch(async (error) => (await kept(PAGE)) ?? Promise.reject(error)));
    return;
  }
  const { origin, pathname } = new URL(request.url);
  if (origin === self.location.origin && FILES.includes(pathname)) {
    event.respondWith(fetch(request).catch(async (error) => (await kept(pathname)) ?? Promise.reject(error)));
  }
});
