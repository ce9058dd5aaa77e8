import type { Page } from "@playwright/test";

/** `/sign-in` and `/sign-up`. */
export class AccountPage {
  readonly name;
  readonly email;
  readonly password;
  readonly create;
  readonly signIn;
  readonly form;

  constructor(readonly page: Page) {
    this.form = page.getByRole("main").locator("form");
    this.name = page.getByLabel("Name", { exact: true });
    this.email = page.getByLabel("Email", { exact: true });
    this.password = page.getByLabel("Password", { exact: true });
    this.create = page.getByRole("button", { name: "Create account" });
    this.signIn = page.getByRole("button", { name: "Sign in" });
  }

  /** What is wrong with a field, as a screen reader is told. */
  errorOf(field: "name" | "email" | "password") {
    return this.page.locator(`#${field}-error`);
  }

  async signUp(account: { name: string; email: string; password: string }) {
    await this.name.fill(account.name);
    await this.email.fill(account.email);
    await this.password.fill(account.password);
    await this.create.click();
  }

  async signInAs(account: { email: string; password: string }) {
    await this.email.fill(account.email);
    await this.password.fill(account.password);
    await this.signIn.click();
  }

  /** Lets a form through that the browser itself would hold back, so that the server judges it. */
  async withoutBrowserChecks() {
    await this.form.evaluate((form: HTMLFormElement) => (form.noValidate = true));
  }
}
