"use strict";

// What a body can be, and how its heading calls it.
const BODIES = {
  "application/json": "JSON",
  "multipart/form-data": "a form",
};

const make = (tag, text = "", look = "") => {
  const node = document.createElement(tag);
  node.textContent = text;
  if (look) node.className = look;
  return node;
};

const named = (spec, schema) =>
  schema.$ref ? spec.components.schemas[schema.$ref.split("/").pop()] : schema;

const limits = (schema) =>
  ["minimum", "maximum", "minLength", "maxLength", "pattern"]
    .filter((word) => schema[word] !== undefined)
    .map((word) => `${word} ${schema[word]}`)
    .join(", ");

const typeOf = (spec, schema) => {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(spec, one)).join(" or ");
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.type === "array") return `list of ${typeOf(spec, schema.items ?? {})}`;
  return schema.format === "binary" ? "file" : schema.format ?? schema.type ?? "anything";
};

const example = (spec, schema, depth = 0) => {
  const plain = named(spec, schema);
  if (depth > 4) return "…";
  if (plain.anyOf) return example(spec, plain.anyOf[0], depth);
  if (plain.enum) return plain.enum[0];
  if (plain.type === "array") return [example(spec, plain.items ?? {}, depth + 1)];
  if (plain.type === "object") {
    const parts = Object.entries(plain.properties ?? {});
    return Object.fromEntries(parts.map(([name, one]) => [name, example(spec, one, depth + 1)]));
  }
  return { integer: 1, boolean: true, string: plain.format ?? "…", null: null }[plain.type] ?? {};
};

const fields = (spec, rows) => {
  const table = make("table");
  for (const [name, schema, required, meaning] of rows) {
    const row = table.insertRow();
    row.append(make("td", name + (required ? " *" : "")), make("td", typeOf(spec, schema)));
    row.append(make("td", [meaning ?? schema.description, limits(schema)].filter(Boolean).join(" · "), "soft"));
  }
  return table;
};

const body = (spec, operation, article) => {
  for (const [type, { schema }] of Object.entries(operation.requestBody?.content ?? {})) {
    const plain = named(spec, schema);
    const rows = Object.entries(plain.properties ?? {}).map(([name, one]) => [
      name, one, (plain.required ?? []).includes(name),
    ]);
    const title = make("h4", `Body, as ${BODIES[type] ?? "it is"} `);
    title.append(make("code", type));
    article.append(title, fields(spec, rows));
  }
};

const answers = (spec, operation, article) => {
  article.append(make("h4", "Answers"));
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (status >= "400") continue;
    const schema = answer.content?.["application/json"]?.schema;
    article.append(make("p", `${status} ${answer.description} ${Object.keys(answer.content ?? {}).join()}`));
    if (schema) article.append(make("pre", JSON.stringify(example(spec, schema), null, 2)));
  }
  const refusals = Object.keys(operation.responses).filter((status) => status >= "400");
  article.append(make("p", `May refuse with ${refusals.join(", ")}.`, "soft"));
};

const route = (spec, path, method, operation) => {
  const article = make("article");
  article.id = operation.operationId;
  const title = make("h3");
  title.append(make("span", method.toUpperCase(), method), ` ${path}`);
  const who = operation.security.map((scheme) => Object.keys(scheme)[0]).join(" or ") || "anybody";
  article.append(title, make("p", operation.summary), make("p", operation.description ?? "", "soft"));
  article.append(make("p", `For: ${who}`, "soft"));
  if (operation.parameters.length) {
    const rows = operation.parameters.map((one) => [one.name, one.schema, one.required, one.description]);
    article.append(make("h4", "Path, query and headers"), fields(spec, rows));
  }
  body(spec, operation, article);
  answers(spec, operation, article);
  return article;
};

const show = (spec) => {
  document.getElementById("version").textContent = spec.info.version;
  document.getElementById("about").textContent = spec.info.description ?? "";
  const contents = document.getElementById("contents");
  const routes = document.getElementById("routes");
  const all = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [path, method, operation]));
  for (const { name } of spec.tags) {
    contents.append(make("h2", name));
    for (const [path, method, operation] of all.filter(([, , one]) => one.tags.includes(name))) {
      const link = make("a", operation.summary);
      link.href = `#${operation.operationId}`;
      contents.append(link);
      routes.append(route(spec, path, method, operation));
    }
  }
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
};

// Beside the routes where there is room, folded above them where there is none.
const menu = document.getElementById("menu");
const wide = matchMedia("(min-width: 50rem)");
const fold = () => { menu.open = wide.matches; };
wide.addEventListener("change", fold);
menu.addEventListener("click", (event) => { if (event.target.closest("a")) fold(); });
fold();

fetch("/api/openapi.json").then((answer) => answer.json()).then(show).catch((problem) => {
  document.getElementById("about").textContent = `openapi.json cannot be shown: ${problem.message}`;
  throw problem;
});
