import { relaisTransport } from "@relais/nodemailer";
import express from "express";
import nodemailer from "nodemailer";
import { chainFromEnv } from "relais";
import { logo, terms } from "./files.ts";

const mail = nodemailer.createTransport(relaisTransport(chainFromEnv()));

const from = { name: "Boutique", address: "shop@example.org" };
const app = express().use(express.urlencoded());

app.post("/contact", async ({ body }, response) => {
  try {
    await mail.sendMail({
      from,
      to: "Help <help@example.org>",
      replyTo: { name: body.name, address: body.email },
      subject: `Question of ${body.name}`,
      text: body.message,
    });
    response.redirect(303, "/thanks");
  } catch (error) {
    console.error("contact form:", (error as Error).message);
    response.status(502).send("We could not take your question; please try again.");
  }
});

app.post("/password-reset", async ({ body }, response) => {
  const link = "https://shop.example/reset?token=t0k3n";
  try {
    await mail.sendMail({
      from,
      to: body.email,
      subject: "Reset your password",
      text: `Choose a new password: ${link}`,
      html: `<p><img src="cid:logo" alt="Boutique"></p><p><a href="${link}">Choose a new password</a></p>`,
      attachments: [
        { filename: "logo.png", content: logo, cid: "logo" },
        { filename: "terms.pdf", content: terms, contentType: "application/pdf" },
      ],
    });
    response.status(204).end();
  } catch (error) {
    console.error("password reset:", (error as Error).message);
    response.status(502).send("We could not send the mail; please try again.");
  }
});

export { app, mail };
