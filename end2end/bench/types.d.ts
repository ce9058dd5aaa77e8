interface Window {
  /** Those of `instruments.mjs`. */
  bench: {
    armed: boolean;
    /** When a hundred messages were on screen, in ms since the navigation's start. */
    hundredShown: Promise<number>;
    enterToBubble(): Promise<number>;
    /** When it was on screen, in ms since the epoch. */
    firstToken(): Promise<number>;
  };
}
