import { expect, type Page } from "@playwright/test";
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

  /** Puts tasks on the list behind the page's back. */
  async has(...tasks: { title: string; description?: string; due_at?: string; priority?: string; done?: boolean }[]) {
    const origin = new URL(this.page.url()).origin;
    for (const { done, ...task } of tasks) {
      const answer = await this.page.request.post("/api/tasks", { headers: { origin }, data: task });
      expect(answer.status(), await answer.text()).toBe(201);
      const path = answer.headers().location!;
      if (done) await this.page.request.patch(path, { headers: { origin }, data: { status: "done" } });
    }
  }

  /** The titles under one of the page's headings, in their order. */
  titles(group: string) {
    return this.page
      .getByRole("region", { name: "Tasks", exact: true })
      .locator("section", { has: this.page.getByRole("heading", { name: new RegExp(`^${group} \\d+$`) }) })
      .locator(".title");
  }

  filter(name: string | RegExp) {
    return this.page.getByRole("navigation", { name: "Filters" }).getByRole("link", { name });
  }

  edit(title: string) {
    return this.page.getByRole("button", { name: `Edit: ${title}`, exact: true });
  }

  /** What opens a task's menu. */
  more(title: string) {
    return this.page.getByLabel(`More: ${title}`, { exact: true });
  }

  /** An entry of the menu that is open. */
  entry(name: string) {
    return this.page.locator(".todo-menu[open]").getByRole("button", { name });
  }

  /** The form of the task that is being edited. */
  get form() {
    return this.page.locator("form.edit");
  }

  /** A sentence at the page's edge. */
  get toast() {
    return this.page.locator("#toasts > *");
  }
}
