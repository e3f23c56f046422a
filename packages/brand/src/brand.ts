import brand from "../brand.json" with { type: "json" };

/** The product's name, colours and addresses: edit `brand.json` to make it yours. */
export { brand };
