import type { Page } from "@playwright/test";

/** What the pages behind the sign-in share: the sidebar, which on a phone is a drawer. */
export class Shell {
  readonly sidebar;
  readonly menu;

  constructor(readonly page: Page) {
    this.sidebar = page.getByRole("navigation", { name: "Greenlit" });
    this.menu = page.getByRole("button", { name: "Menu", exact: true });
  }

  /** Waits until the page's islands live; before that its forms are plain ones. */
  async awake() {
    await this.page.evaluate(() => window.greenlitAwake);
  }

  /** Opens the drawer where there is one. */
  async openSidebar() {
    if (await this.menu.isVisible()) await this.menu.click();
  }

  conversation(title: string | RegExp) {
    return this.sidebar.getByRole("region", { name: "Conversations" }).getByRole("link", { name: title });
  }

  /** The button that opens what can be done with a conversation. */
  options(title: string | RegExp) {
    const row = this.sidebar.getByRole("listitem").filter({ has: this.page.locator("a.conv", { hasText: title }) });
    return row.getByRole("button", { name: /^Options/ });
  }

  async signOut() {
    await this.openSidebar();
    await this.sidebar.getByRole("button", { name: "Sign out" }).click();
    await this.page.waitForURL("**/sign-in");
  }
}
