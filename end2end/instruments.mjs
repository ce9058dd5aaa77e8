// What the benchmarks of the chat page watch it with. "On screen" is the first task after the animation frame that draws
// the change.

/** Runs in each page before anything else. */
export function instruments() {
  const articles = (/** @type {string} */ kind) => document.querySelectorAll(`#thread article${kind}`);
  /** @type {(found: () => boolean) => Promise<number>} when it was on screen, since the navigation's start */
  const shown = (found) =>
    new Promise((resolve) => {
      const look = () => {
        if (!found()) return false;
        observer.disconnect();
        requestAnimationFrame(() => {
          // The first task after the frame.
          const channel = new MessageChannel();
          channel.port1.onmessage = () => resolve(performance.now());
          channel.port2.postMessage(undefined);
        });
        return true;
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { childList: true, subtree: true, characterData: true });
      look();
    });
  window.bench = {
    armed: true,
    hundredShown: shown(() => articles("").length >= 100),
    async enterToBubble() {
      const before = articles(".mine").length;
      const pressed = new Promise((resolve) =>
        addEventListener("keydown", (event) => resolve(event.timeStamp), { capture: true, once: true }),
      );
      const at = await shown(() => articles(".mine").length > before);
      return at - /** @type {number} */ (await pressed);
    },
    async firstToken() {
      const answer = [...articles(".bot")].at(-1);
      const at = await shown(() => !!answer?.querySelector(".md")?.textContent?.trim());
      return performance.timeOrigin + at;
    },
  };
}
