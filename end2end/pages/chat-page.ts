import { expect, type Locator, type Page } from "@playwright/test";
import { Shell } from "./shell.ts";

/** `/dashboard/chat` and a conversation. */
export class ChatPage extends Shell {
  readonly box;
  readonly send;
  readonly stop;
  readonly messages;
  readonly mine;
  readonly answers;
  readonly thinking;
  readonly rail;
  /** The mark on a tool call that was taken back. */
  readonly undone;
  /** What tool calls wait for. */
  readonly questions;

  constructor(page: Page) {
    super(page);
    this.box = page.getByRole("textbox", { name: "Message", exact: true });
    this.send = page.getByRole("button", { name: "Send", exact: true });
    this.stop = page.getByRole("button", { name: "Stop", exact: true });
    this.messages = page.getByRole("log");
    this.mine = this.messages.getByRole("article").filter({ has: page.getByRole("heading", { name: "You" }) });
    this.answers = this.messages
      .getByRole("article")
      .filter({ has: page.getByRole("heading", { name: "Greenlit", exact: true }) });
    this.thinking = this.messages.getByText("Thinking…");
    this.undone = this.answers.getByText("Undone", { exact: true });
    this.questions = this.messages.getByRole("group", { name: "Your permission" });
    this.rail = page.getByRole("complementary", { name: "Tasks" });
  }

  async open(path = "/dashboard/chat") {
    await this.page.goto(path);
    await this.awake();
  }

  /** Writes a message and sends it with Enter. */
  async ask(text: string) {
    await this.box.fill(text);
    await this.box.press("Enter");
  }

  /** Asks, and waits for the end of the answer. */
  async exchange(text: string) {
    const before = await this.answers.count();
    await this.ask(text);
    const answer = this.answers.nth(before);
    await this.finished(answer);
    return answer;
  }

  /** Waits until an answer has come to its end. */
  async finished(answer: Locator) {
    await expect(answer).toBeVisible();
    await expect(answer).not.toHaveAttribute("aria-busy", "true", { timeout: 20_000 });
  }

  /** The HTML of an answer's blocks of text. Markers that the framework leaves between them are not among it. */
  htmlOf(answer: Locator) {
    return answer
      .locator(".md > .blk")
      .evaluateAll((blocks) => blocks.map((block) => block.innerHTML.replaceAll("<!---->", "")));
  }

  /** An answer's texts, without its tool calls. */
  textsOf(answer: Locator) {
    return answer.locator(".md");
  }

  /** The button that lets a tool call do what it waits for. */
  allow(wish: string) {
    return this.messages.getByRole("button", { name: `Allow: ${wish}`, exact: true });
  }

  /** The button that refuses it. */
  refuse(wish: string) {
    return this.messages.getByRole("button", { name: `Don't allow: ${wish}`, exact: true });
  }

  /** A tool call's line, by what it says. */
  badge(sentence: string | RegExp) {
    return this.messages.getByRole("group").filter({ hasText: sentence });
  }
}
