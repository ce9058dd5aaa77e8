import type { Page } from "@playwright/test";
import { Shell } from "./shell.ts";

/** The task list, on its own page, on the dashboard and beside a conversation. */
export class TasksPage extends Shell {
  readonly newTask;
  readonly add;

  constructor(page: Page) {
    super(page);
    this.newTask = page.getByRole("textbox", { name: "New task" });
    this.add = page.getByRole("button", { name: "Add", exact: true });
  }

  async open() {
    await this.page.goto("/dashboard/tasks");
    await this.awake();
  }

  /** One task's row. */
  task(title: string) {
    return this.page.getByRole("listitem").filter({ has: this.page.getByText(title, { exact: true }) });
  }

  /** What ticks an open task. */
  tick(title: string) {
    return this.page.getByLabel(`Done: ${title}`, { exact: true });
  }

  /** What takes a done task's tick away. */
  untick(title: string) {
    return this.page.getByLabel(`Not done: ${title}`, { exact: true });
  }
}
