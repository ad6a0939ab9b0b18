// Keeps what the playground has loaded, so that it opens without a network, too. The engine is kept as it is: its folder
// is named after its content. Everything else is loaded anew where there is a network.
const NAME = "regilink-playground";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && new URL(url).origin === self.location.origin) event.respondWith(respond(event.request));
});

async function respond(request) {
  const cache = await caches.open(NAME);
  const find = () => cache.match(request, { ignoreSearch: true });
  const kept = request.url.includes("/playground-engine-") && (await find());
  if (kept) return kept;
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    return (await find()) ?? Promise.reject(error);
  }
}
