import express from "express";
import supertest from "supertest";
import { expect, it } from "vitest";
import { readBodyUpTo } from "./body.ts";

it("reads a field that is sent many times in linear time, before any limit", async () => {
  const reader = express().post(
    "/",
    ...readBodyUpTo(1024 * 1024),
    (req, res) => void res.json(req.body),
  );
  const post = (form: string) => supertest(reader).post("/").type("form").send(form);
  const { body } = await post("a=1&b=2&a=3&c&a=&__proto__=x").expect(200);
  expect(body).toEqual({ a: ["1", "3", ""], b: "2", c: "", ["__proto__"]: "x" });
  // In quadratic time it would take minutes.
  await post("a&".repeat(128 * 1024)).expect(200);
});
