// One's own account: name, password, devices, data, leaving; testimonials on the first page.
import { readFile } from "node:fs/promises";
import { awake, expect, newAccount, signUp, test } from "../fixtures.ts";

// What a form was refused for, the browser notes on its console.
test.beforeEach(({ problems }) => problems.allow(/status of 4(00|01|22)/));

test("the name is changed and shown", async ({ page, account: _ }) => {
  await page.goto("/dashboard/settings");
  await awake(page);
  await page.getByLabel("Name", { exact: true }).fill("Ada King");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Your name was saved.")).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Ada King");
  await expect(page.locator("#me-name")).toHaveText("Ada King");
  await expect(page.getByRole("button", { name: "Save name" })).toBeFocused();
  await page.getByLabel("Name", { exact: true }).fill("x".repeat(101));
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Name must have at most 100 characters, but has 101.")).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("x".repeat(101));
});

test("the password is changed, other devices are signed out", async ({ page, account, browser, baseURL, accountPage, context }) => {
  const other = await browser.newContext();
  const there = await other.request.post(`${baseURL}/api/auth/sign-in/email`, {
    headers: { origin: new URL(baseURL!).origin },
    data: account,
  });
  expect(there.status()).toBe(200);
  await page.goto("/dashboard/settings");
  await awake(page);
  const section = page.getByRole("region", { name: "Password" });
  await section.getByLabel("Current password", { exact: true }).fill("not the password");
  await section.getByLabel("New password", { exact: true }).fill("another battery staple");
  await section.getByRole("button", { name: "Change password" }).click();
  await expect(section.getByText("Current password is not right.")).toBeVisible();
  await section.getByLabel("Current password", { exact: true }).fill(account.password);
  await section.getByLabel("New password", { exact: true }).fill("password123");
  await section.getByRole("button", { name: "Change password" }).click();
  await expect(section.getByText(/New password is one of those that are tried first/)).toBeVisible();
  await section.getByLabel("Current password", { exact: true }).fill(account.password);
  await section.getByLabel("New password", { exact: true }).fill("another battery staple");
  await section.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed.")).toBeVisible();
  const gone = await other.request.get(`${baseURL}/api/auth/get-session`);
  expect(await gone.json()).toBeNull();
  await other.close();
  await context.clearCookies();
  await page.goto("/sign-in");
  await accountPage.signInAs({ ...account, password: "another battery staple" });
  await page.waitForURL("**/dashboard/chat");
});

test("another device is seen and signed out", async ({ page, account, baseURL, browser }) => {
  const other = await browser.newContext({ userAgent: "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0" });
  await other.request.post(`${baseURL}/api/auth/sign-in/email`, {
    headers: { origin: new URL(baseURL!).origin },
    data: account,
  });
  await page.goto("/dashboard/settings");
  await awake(page);
  const devices = page.getByRole("region", { name: "Devices" });
  await expect(devices.getByText("This device")).toHaveCount(1);
  await devices.getByRole("button", { name: "Sign out Firefox on Windows" }).click();
  await expect(page.getByText("That device was signed out.")).toBeVisible();
  await expect(devices.getByText("Firefox on Windows")).toHaveCount(0);
  expect(await (await other.request.get(`${baseURL}/api/auth/get-session`)).json()).toBeNull();
  await other.close();
});

test("everything can be downloaded", async ({ page, account }) => {
  await page.goto("/dashboard/settings");
  await awake(page);
  const started = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download my data" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("greenlit-export.json");
  const data = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(data.users[0].email).toBe(account.email);
});

test("an account is deleted with its password and a word", async ({ page, account, accountPage }) => {
  await page.goto("/dashboard/settings");
  await awake(page);
  const section = page.getByRole("region", { name: "Delete account" });
  await section.getByText("Delete my account").click();
  await section.getByLabel("Your password").fill(account.password);
  await section.getByLabel(/Type “delete”/).fill("no");
  await section.getByRole("button", { name: "Delete for good" }).click();
  await expect(section.getByText("Confirmation must be the word “delete”.")).toBeVisible();
  await section.getByLabel("Your password").fill(account.password);
  await section.getByLabel(/Type “delete”/).fill("delete");
  await section.getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByText("Your account and everything in it were deleted.")).toBeVisible();
  await accountPage.signInAs(account);
  await expect(page.getByRole("alert").filter({ hasText: "Invalid email or password" })).toBeVisible();
});

test("a first guess is no password", async ({ page, accountPage }) => {
  await page.goto("/sign-up");
  await accountPage.signUp({ ...newAccount(), password: "password123" });
  await expect(accountPage.errorOf("password")).toContainText("tried first");
});

test("a testimonial is written, shown, changed and withdrawn", async ({ page, account, context, baseURL }) => {
  const words = `It keeps my list, says ${account.email.slice(0, 8)}`;
  await page.goto("/dashboard/settings");
  await awake(page);
  const section = page.getByRole("region", { name: "What you say about Greenlit" });
  await section.getByLabel("In your words").fill("See https://example.com for more");
  await section.getByRole("button", { name: "Publish" }).click();
  await expect(section.getByText("Text must not contain links or addresses.")).toBeVisible();
  await expect(section.getByLabel("In your words")).toHaveValue("See https://example.com for more");
  await section.getByLabel("In your words").fill(words);
  await section.getByRole("button", { name: "Publish" }).click();
  await expect(section.getByText("It is on the first page.")).toBeVisible();
  await page.goto("/");
  await expect(page.getByText(words)).toBeVisible();
  await page.goto("/dashboard/settings");
  await awake(page);
  await section.getByRole("button", { name: "Withdraw it" }).click();
  await expect(page.getByText("It is no longer on the first page.")).toBeVisible();
  await context.clearCookies();
  await signUp(context, baseURL!);
  await page.goto("/");
  await expect(page.getByText(words)).toHaveCount(0);
});

test("the number of messages is chosen within its limits", async ({ page, account: _ }) => {
  await page.goto("/dashboard/settings");
  await awake(page);
  const section = page.getByRole("region", { name: "Context" });
  await section.getByLabel(/Newest messages/).fill("20");
  await section.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(section.getByLabel(/Newest messages/)).toHaveValue("20");
  const approval = page.getByRole("region", { name: "Approval" });
  await approval.getByLabel("before every change").check();
  await approval.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.", { exact: true })).toBeVisible();
  await page.reload();
  await expect(approval.getByLabel("before every change")).toBeChecked();
});

test("a theme is chosen, and the system's again", async ({ page, account: _ }) => {
  await page.goto("/dashboard/settings");
  await awake(page);
  const theme = page.getByRole("region", { name: "Theme" });
  for (const [name, value] of [["Light", "light"], ["Dark", "dark"], ["As the system", null]] as const) {
    const kept = page.waitForResponse("**/api/fn/set_theme");
    await theme.getByRole("button", { name, exact: true }).click();
    await expect(theme.getByRole("button", { name, exact: true })).toHaveAttribute("aria-pressed", "true");
    await expect(theme.locator("[aria-pressed=true]")).toHaveCount(1);
    expect(await page.locator("html").getAttribute("data-theme")).toBe(value);
    await kept;
  }
});
