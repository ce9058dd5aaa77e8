// Every action of the settings is a form.
import { expect, test } from "../fixtures.ts";

test("name, testimonial, context, devices, password and the end, all without a script", async ({ page, account, accountPage }) => {
  const region = (name: string) => page.getByRole("region", { name });
  await page.goto("/dashboard/settings");
  await page.getByLabel("Name", { exact: true }).fill("Ada King");
  await page.getByRole("button", { name: "Save name" }).click();
  await expect(page.getByText("Your name was saved.")).toBeVisible();

  const words = `It keeps my list, says ${account.email.slice(0, 8)}`;
  await region("What you say about Greenlit").getByLabel("In your words").fill(words);
  await region("What you say about Greenlit").getByRole("button", { name: "Publish" }).click();
  await page.goto("/");
  await expect(page.getByText(words)).toBeVisible();
  await page.getByRole("link", { name: "Write what you think" }).click();
  await region("What you say about Greenlit").getByRole("button", { name: "Withdraw it" }).click();
  await expect(page.getByText("It is no longer on the first page.")).toBeVisible();

  await region("Context").getByLabel(/Newest messages/).fill("30");
  await region("Context").getByRole("button", { name: "Save" }).click();
  await expect(region("Context").getByLabel(/Newest messages/)).toHaveValue("30");

  await region("Approval").getByLabel("never").check();
  await region("Approval").getByRole("button", { name: "Save" }).click();
  await expect(region("Approval").getByLabel("never")).toBeChecked();
  await region("Times and dates").getByLabel("Time zone").selectOption("Asia/Kolkata");
  await region("Times and dates").getByLabel("Clock").selectOption("2:05 PM");
  await region("Times and dates").getByRole("button", { name: "Save" }).click();
  await expect(region("Times and dates").getByLabel("Time zone")).toHaveValue("Asia/Kolkata");
  await expect(region("Times and dates").getByText(/For you it is .*\s(AM|PM)\./)).toBeVisible();

  await region("Password").getByLabel("Current password", { exact: true }).fill(account.password);
  await region("Password").getByLabel("New password", { exact: true }).fill("another battery staple");
  await region("Password").getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed.")).toBeVisible();
  await expect(region("Devices").getByText("This device")).toHaveCount(1);

  await region("Delete account").getByText("Delete my account").click();
  await region("Delete account").getByLabel("Your password").fill("another battery staple");
  await region("Delete account").getByLabel(/Type “delete”/).fill("delete");
  await region("Delete account").getByRole("button", { name: "Delete for good" }).click();
  await expect(page.getByText("Your account and everything in it were deleted.")).toBeVisible();
  await accountPage.signInAs(account);
  await expect(page.getByRole("alert").filter({ hasText: "Invalid email or password" })).toBeVisible();
});
