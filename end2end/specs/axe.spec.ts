// No page breaks a rule of accessibility that a program can check, in either theme.
import type { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "../fixtures.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const TALKED = ["/dashboard/search?q=review", "/dashboard/tasks/activity", "/dashboard"];
const SIGNED_IN = ["/dashboard/tasks", "/dashboard/search?q=nothing-like-this", "/dashboard/settings"];

for (const scheme of ["dark", "light"] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme });

    test("pages for everybody", async ({ page, makeAxeBuilder, problems }) => {
      problems.allow(/status of 404/);
      for (const path of ["/", "/sign-in", "/sign-up", "/nowhere"]) {
        await page.goto(path);
        await clean(makeAxeBuilder(), path);
      }
    });

    test("an account page with errors", async ({ page, accountPage, makeAxeBuilder, problems }) => {
      problems.allow(/status of 400/);
      await page.goto("/sign-up");
      await accountPage.withoutBrowserChecks();
      await accountPage.signUp({ name: "Ada", email: "nonsense", password: "short" });
      await expect(accountPage.email).toHaveAttribute("aria-invalid", "true");
      await clean(makeAxeBuilder(), "sign-up with errors");
    });

    test("conversations", async ({ account: _, page, chat, makeAxeBuilder }) => {
      await chat.open();
      await clean(makeAxeBuilder(), "an empty conversation");
      await chat.exchange("Create a task called 'Review Q4 report' due today, high priority");
      await chat.exchange("Show my tasks");
      await chat.badge("Created task").getByText("Created task").click();
      await expect(chat.messages.getByText("Arguments").first()).toBeVisible();
      await clean(makeAxeBuilder(), "a conversation with an open badge");
      await chat.openSidebar();
      await clean(makeAxeBuilder(), "the sidebar");
      for (const path of TALKED) {
        await page.goto(path);
        await clean(makeAxeBuilder(), path);
      }
      await chat.open();
      await chat.box.pressSequentially("/");
      await expect(page.getByRole("listbox", { name: "Commands" })).toBeVisible();
      await clean(makeAxeBuilder(), "the commands");
      await chat.box.fill("");
      await chat.openSidebar();
      await chat.options(/Create a task/).click();
      await clean(makeAxeBuilder(), "a conversation's menu");
      await chat.sidebar.getByRole("button", { name: "Delete conversation" }).click();
      await clean(makeAxeBuilder(), "the question before deleting");
      await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
      await expect(page.getByText("The conversation was deleted.")).toBeVisible();
      await clean(makeAxeBuilder(), "a notice");
      await page.goto("/dashboard/conversations/deleted");
      await clean(makeAxeBuilder(), "what was deleted");
    });

    test("the tasks and the pages around them", async ({ account: _, page, tasks, makeAxeBuilder }) => {
      await tasks.open();
      await tasks.has({ title: "Review Q4 report", due_at: new Date().toISOString(), priority: "high" });
      await tasks.open();
      await tasks.more("Review Q4 report").click();
      await clean(makeAxeBuilder(), "a task's menu");
      await tasks.edit("Review Q4 report").click();
      await expect(tasks.form).toBeVisible();
      await clean(makeAxeBuilder(), "a task being changed");
      for (const path of SIGNED_IN) {
        await page.goto(path);
        await clean(makeAxeBuilder(), path);
      }
    });
  });
}

async function clean(axe: AxeBuilder, what: string) {
  const { violations } = await axe.withTags(RULES).analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")} (${node.any[0]?.message ?? ""})`),
  );
  expect(found, what).toEqual([]);
}
