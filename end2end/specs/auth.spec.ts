// Signing in and up, and what goes wrong there.
import { awake, expect, newAccount, signUp, test } from "../fixtures.ts";

// What a form was refused for, the browser notes on its console.
test.beforeEach(({ problems }) => problems.allow(/status of 4(00|01|22)/));

test("a wrong password is said in words, what was typed stays", async ({ page, accountPage, account, context }) => {
  await context.clearCookies();
  await page.goto("/sign-in");
  await awake(page);
  await accountPage.signInAs({ ...account, password: "not the password" });
  await expect(page.getByRole("alert").filter({ hasText: "Invalid email or password" })).toBeVisible();
  await expect(accountPage.email).toHaveValue(account.email);
  await expect(accountPage.password).toHaveValue("not the password");
  await accountPage.password.fill(account.password);
  await accountPage.signIn.click();
  await page.waitForURL("**/dashboard/chat");
});

test("an unknown address gets the same answer as a wrong password", async ({ page, accountPage }) => {
  await page.goto("/sign-in");
  await accountPage.signInAs(newAccount());
  await expect(page.getByRole("alert").filter({ hasText: "Invalid email or password" })).toBeVisible();
});

test("a short password is said at its field, what was typed stays", async ({ page, accountPage }) => {
  const account = { ...newAccount("Ada"), password: "short" };
  await page.goto("/sign-up");
  await accountPage.signUp(account);
  // The browser itself says so first.
  await expect(accountPage.password).toBeFocused();
  expect(await accountPage.password.evaluate((field: HTMLInputElement) => field.validity.tooShort)).toBe(true);
  await accountPage.withoutBrowserChecks();
  await accountPage.create.click();
  await expect(accountPage.errorOf("password")).toContainText(/at least 8 characters|too short/i);
  await expect(accountPage.password).toHaveAttribute("aria-invalid", "true");
  await expect(accountPage.name).toHaveValue("Ada");
  await expect(accountPage.email).toHaveValue(account.email);
});

test("a new password's rules say when they are kept, and an error comes to its field", async ({ page, accountPage }) => {
  await page.goto("/sign-up");
  await awake(page);
  const rule = page.getByRole("listitem").filter({ hasText: "At least 8 characters" });
  await accountPage.password.fill("\u{1f427}\u{1f427}\u{1f427}");
  await expect(rule.getByText("Long enough.")).toHaveCount(0);
  await accountPage.password.fill("\u{1f427}\u{1f427}\u{1f427}\u{1f427}");
  await expect(rule.getByText("Long enough.")).toHaveCount(1);
  await accountPage.password.fill("1234567");
  await expect(rule.getByText("Long enough.")).toHaveCount(0);
  // Nothing is loaded anew: what was typed stays, and the field in question has the focus.
  await accountPage.signUp({ ...newAccount("Ada"), email: "taken@example", password: "a few words in a row" });
  await expect(accountPage.errorOf("email")).toContainText("Email must be an address");
  await expect(accountPage.email).toBeFocused();
  await expect(accountPage.email).toHaveAccessibleDescription(/must be an address/);
  await expect(accountPage.password).toHaveValue("a few words in a row");
  await accountPage.email.fill(newAccount().email);
  await accountPage.create.click();
  await page.waitForURL("**/dashboard/chat");
});

test("a bad address is said at its field, what was typed stays", async ({ page, accountPage }) => {
  await page.goto("/sign-up");
  await accountPage.withoutBrowserChecks();
  await accountPage.signUp({ ...newAccount("Ada"), email: "ada at example" });
  await expect(accountPage.errorOf("email")).toContainText(/email/i);
  await expect(accountPage.email).toHaveAttribute("aria-invalid", "true");
  await expect(accountPage.email).toHaveAccessibleDescription(/email/i);
  await expect(accountPage.email).toHaveValue("ada at example");
  await expect(accountPage.name).toHaveValue("Ada");
});

test("a taken address is said at its field", async ({ page, accountPage, account, context }) => {
  await context.clearCookies();
  await page.goto("/sign-up");
  await accountPage.signUp({ ...newAccount("Eve"), email: account.email });
  await expect(accountPage.errorOf("email")).toContainText(/already|taken/i);
  await expect(accountPage.email).toHaveValue(account.email);
  await expect(accountPage.name).toHaveValue("Eve");
});

test("a password can be looked at", async ({ page, accountPage }) => {
  await page.goto("/sign-in");
  await page.evaluate(() => window.greenlitAwake);
  await accountPage.password.fill("secret words");
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(accountPage.password).toHaveAttribute("type", "text");
  await expect(accountPage.password).toHaveValue("secret words");
});

for (const path of ["/dashboard", "/dashboard/tasks", "/dashboard/chat", "/dashboard/settings"]) {
  test(`signed out, ${path} asks to sign in and leads on`, async ({ page, accountPage, account, context }) => {
    await context.clearCookies();
    await page.goto(path);
    await page.waitForURL(`**/sign-in?next=${encodeURIComponent(path)}`);
    await accountPage.signInAs(account);
    await page.waitForURL(`**${path}`);
  });
}

test("next leads nowhere outside, also after a mistake", async ({ page, accountPage, account, context }) => {
  await context.clearCookies();
  await page.goto(`/sign-in?next=${encodeURIComponent("https://evil.invalid/")}`);
  await accountPage.signInAs({ ...account, password: "not the password" });
  await expect(page.getByRole("alert").filter({ hasText: "Invalid email" })).toBeVisible();
  await accountPage.signInAs(account);
  await page.waitForURL("**/dashboard/chat");
});

test("next survives a mistake", async ({ page, accountPage, account, context }) => {
  await context.clearCookies();
  await page.goto("/dashboard/tasks");
  await accountPage.signInAs({ ...account, password: "not the password" });
  await expect(page.getByRole("alert").filter({ hasText: "Invalid email" })).toBeVisible();
  await accountPage.signInAs(account);
  await page.waitForURL("**/dashboard/tasks");
});

test("somebody else's conversation is not shown", async ({ page, chat, account: _, context, baseURL, problems }) => {
  problems.allow(/status of 403/);
  await chat.open();
  await chat.exchange("Create a task called 'Secret plan'");
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
  const address = page.url();
  // A page that is open would notice that its session is gone.
  await page.goto("about:blank");
  await context.clearCookies();
  await signUp(context, baseURL!);
  const response = await page.goto(address);
  expect(response!.status()).toBe(403);
  await expect(page.getByText("Secret plan")).toHaveCount(0);
  await page.goto("/dashboard/tasks");
  await expect(page.getByText("Secret plan")).toHaveCount(0);
});
