// Tasks of one moment are put in order by dragging; the keys' way is each task's menu (tasks.spec.ts).
import { expect, test } from "../fixtures.ts";

test("a task is dragged to another place, stays there, and Escape gives up", async ({ page, account: _, tasks }) => {
  await tasks.open();
  await tasks.has({ title: "One" }, { title: "Two" }, { title: "Three" }, { title: "Dated", due_at: "2031-01-01T10:00:00Z" });
  await tasks.open();
  const order = tasks.titles("No date");
  const first = await order.allTextContents();
  expect(first).toHaveLength(3);
  const grip = (title: string) => tasks.task(title).locator("[data-grip]");
  // The only one of its moment stands where it does.
  await expect(grip("Dated")).toHaveCount(0);
  const drag = async (title: string, onto: string) => {
    await grip(title).hover();
    await page.mouse.down();
    const box = (await tasks.task(onto).boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 4, { steps: 8 });
  };
  const wished = [first[2]!, first[0]!, first[1]!];
  await drag(first[2]!, first[0]!);
  await expect(order).toHaveText(wished);
  await page.keyboard.press("Escape");
  await page.mouse.up();
  await expect(order).toHaveText(first);

  await drag(first[2]!, first[0]!);
  const moved = page.waitForResponse("**/api/fn/move_task");
  await page.mouse.up();
  expect((await moved).status()).toBe(200);
  await expect(order).toHaveText(wished);
  await tasks.open();
  await expect(order).toHaveText(wished);
});
