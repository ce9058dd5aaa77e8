// Without a script, earlier messages are a page away.
import { longConversation } from "../database.mjs";
import { expect, test } from "../fixtures.ts";

test.use({ trace: "off" });

test("pages of earlier messages lead to the beginning and back", async ({ page, account, problems }) => {
  // Without a script nothing takes what is preloaded for it, and a slow machine has time to say so.
  problems.allow(/preloaded using link preload/);
  await page.goto(await longConversation(process.env.GREENLIT_FOLDER ?? "", account.email, 230));
  const thread = page.getByRole("log");
  await expect(thread.getByRole("article")).toHaveCount(100);
  const earlier = page.getByRole("link", { name: "Earlier messages" });
  await earlier.click();
  await expect(thread.getByRole("article").last()).toContainText("Answer 130");
  await earlier.click();
  await expect(thread.getByRole("article").first()).toContainText("Question 1");
  await expect(earlier).toBeHidden();
  await expect(page.getByText("The conversation begins here")).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toBeHidden();
  await page.getByRole("link", { name: "Newest messages" }).click();
  await expect(thread.getByRole("article").last()).toContainText("Answer 230");
});
