/** TXT values as domains have them, and what the program makes of them. */
export interface Shape {
  name: string;
  txt: string[];
  /** The SPF record afterwards. */
  becomes?: string;
  /** Without a record afterwards: why the program refuses it. */
  refused?: RegExp;
  /** Refused although a receiver would understand it, with SES and without. */
  understood?: true;
}

const SES = "include:amazonses.com";
const NEW = `v=spf1 ${SES} ~all`;
const ips = (count: number) =>
  Array.from({ length: count }, (_, index) => `ip4:192.0.2.${index + 1}`).join(" ");
const includes = (count: number) =>
  Array.from({ length: count }, (_, index) => `include:spf${index}.example.net`).join(" ");

export const CORPUS: Shape[] = [
  { name: "no TXT at all", txt: [], becomes: NEW },
  {
    name: "verification tokens alone",
    txt: [
      "google-site-verification=0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
      "MS=ms12345678",
      "apple-domain-verification=0123456789abcdef",
      "facebook-domain-verification=0123456789abcdefghijklmnopqrst",
      "zoho-verification=zb00000000.zmverify.zoho.example",
    ],
    becomes: NEW,
  },
  {
    name: "Google Workspace",
    txt: ["google-site-verification=token", "v=spf1 include:_spf.google.com ~all"],
    becomes: `v=spf1 include:_spf.google.com ${SES} ~all`,
  },
  {
    name: "Microsoft 365",
    txt: ["MS=ms12345678", "v=spf1 include:spf.protection.outlook.com -all"],
    becomes: `v=spf1 include:spf.protection.outlook.com ${SES} -all`,
  },
  {
    name: "Zoho",
    txt: ["v=spf1 include:zohomail.eu include:one.zoho.eu ~all"],
    becomes: `v=spf1 include:zohomail.eu include:one.zoho.eu ${SES} ~all`,
  },
  {
    name: "Mailchimp and Mandrill beside Google",
    txt: [
      "v=spf1 include:_spf.google.com include:servers.mcsv.net include:spf.mandrillapp.com ?all",
    ],
    becomes: `v=spf1 include:_spf.google.com include:servers.mcsv.net include:spf.mandrillapp.com ${SES} ?all`,
  },
  {
    name: "a help desk and a list of one's own, by address",
    txt: ["v=spf1 a:lists.example.com mx:example.net include:mail.zendesk.com -all"],
    becomes: `v=spf1 a:lists.example.com mx:example.net include:mail.zendesk.com ${SES} -all`,
  },
  {
    name: "a web host's default",
    txt: ["v=spf1 +a +mx +ip4:192.0.2.10 ~all"],
    becomes: `v=spf1 +a +mx +ip4:192.0.2.10 ${SES} ~all`,
  },
  { name: "the domain's own hosts", txt: ["v=spf1 a mx -all"], becomes: `v=spf1 a mx ${SES} -all` },
  {
    name: "hosts with networks of both kinds",
    txt: ["v=spf1 a/24//64 mx:example.net/28 mx//48 a:www.example.com/32 -all"],
    becomes: `v=spf1 a/24//64 mx:example.net/28 mx//48 a:www.example.com/32 ${SES} -all`,
  },
  {
    name: "IPv6",
    txt: ["v=spf1 ip6:2001:db8::/32 ip6:2001:db8:1::25 ip6:::1 ip4:192.0.2.0/24 -all"],
    becomes: `v=spf1 ip6:2001:db8::/32 ip6:2001:db8:1::25 ip6:::1 ip4:192.0.2.0/24 ${SES} -all`,
  },
  {
    name: "a list of addresses in three strings",
    txt: [`v=spf1 ${ips(40)} -all`],
    becomes: `v=spf1 ${ips(40)} ${SES} -all`,
  },
  {
    name: "a macro and an exists",
    txt: ["v=spf1 exists:%{i}._spf.%{d2} include:%{ir}.%{v}._spf.example.com ~all"],
    becomes: `v=spf1 exists:%{i}._spf.%{d2} include:%{ir}.%{v}._spf.example.com ${SES} ~all`,
  },
  {
    name: "a service that flattens, with every macro",
    txt: [
      "v=spf1 include:example.com._nspf.example.net include:%{i}._ip.%{h}._ehlo.%{d}._spf.example.net ~all",
    ],
    becomes: `v=spf1 include:example.com._nspf.example.net include:%{i}._ip.%{h}._ehlo.%{d}._spf.example.net ${SES} ~all`,
  },
  {
    name: "upper case",
    txt: ["V=SPF1 INCLUDE:_SPF.GOOGLE.COM MX -ALL"],
    becomes: `v=spf1 INCLUDE:_SPF.GOOGLE.COM MX ${SES} -ALL`,
  },
  {
    name: "spaces, several and at the end",
    txt: ["v=spf1   mx  include:_spf.google.com   ~all  "],
    becomes: `v=spf1 mx include:_spf.google.com ${SES} ~all`,
  },
  { name: "a domain that sends nothing", txt: ["v=spf1 -all"], becomes: `v=spf1 ${SES} -all` },
  { name: "the version alone", txt: ["v=spf1"], becomes: `v=spf1 ${SES}` },
  { name: "no all", txt: ["v=spf1 mx"], becomes: `v=spf1 mx ${SES}` },
  {
    name: "ptr, which is deprecated and valid",
    txt: ["v=spf1 ptr ptr:example.com ?all"],
    becomes: `v=spf1 ptr ptr:example.com ${SES} ?all`,
  },
  { name: "+all", txt: ["v=spf1 mx +all"], becomes: `v=spf1 mx ${SES} +all` },
  {
    name: "an explanation before and after all",
    txt: ["v=spf1 mx -all exp=explain._spf.%{d}"],
    becomes: `v=spf1 mx ${SES} -all exp=explain._spf.%{d}`,
  },
  {
    name: "modifiers that nobody knows",
    txt: ["v=spf1 ra=postmaster rr=all mx -all x-note=%{d}"],
    becomes: `v=spf1 ra=postmaster rr=all mx ${SES} -all x-note=%{d}`,
  },
  {
    name: "mechanisms after all, which nobody reads",
    txt: [`v=spf1 mx -all include:_spf.google.com ${includes(10)}`],
    becomes: `v=spf1 mx ${SES} -all include:_spf.google.com ${includes(10)}`,
  },
  {
    name: "SES after all, where nobody reads it",
    txt: [`v=spf1 mx -all ${SES}`],
    becomes: `v=spf1 mx ${SES} -all`,
  },
  {
    name: "SES there already",
    txt: [`v=spf1 ${SES} include:_spf.google.com  ~all`],
    becomes: `v=spf1 ${SES} include:_spf.google.com  ~all`,
  },
  {
    name: "SES there in upper case",
    txt: ["v=spf1 INCLUDE:AmazonSES.com -all"],
    becomes: "v=spf1 INCLUDE:AmazonSES.com -all",
  },
  {
    name: "SES there with its sign and the root's dot",
    txt: ["v=spf1 +include:amazonses.com. -all"],
    becomes: "v=spf1 +include:amazonses.com. -all",
  },
  {
    name: "a domain that only looks like SES's",
    txt: ["v=spf1 include:notamazonses.com include:amazonses.com.example.net ~all"],
    becomes: `v=spf1 include:notamazonses.com include:amazonses.com.example.net ${SES} ~all`,
  },
  {
    name: "nine look-ups, and SES",
    txt: [`v=spf1 ${includes(9)} ~all`],
    becomes: `v=spf1 ${includes(9)} ${SES} ~all`,
  },
  {
    name: "Sender ID beside it",
    txt: ["spf2.0/pra,mfrom include:_spf.example.net -all", "v=spf1 mx -all"],
    becomes: `v=spf1 mx ${SES} -all`,
  },
  {
    name: "DKIM, DMARC and SPF as words in other values",
    txt: [
      "v=DKIM1; k=rsa; p=MIGfMA0",
      "v=DMARC1; p=none",
      "we use v=spf1 include:example.net",
      'a "quoted" text; with \\ and ünïcode',
      "",
      "v=spf10 is no version",
    ],
    becomes: NEW,
  },

  {
    name: "two records",
    txt: ["v=spf1 include:_spf.google.com ~all", "V=SPF1 mx -all"],
    refused: /there are 2/,
  },
  { name: "the same record twice", txt: [NEW, NEW], refused: /there are 2/ },
  {
    name: "redirect",
    txt: ["v=spf1 redirect=_spf.example.com"],
    refused: /redirect=/,
    understood: true,
  },
  {
    name: "Redirect, in upper case",
    txt: ["v=spf1 mx REDIRECT=_spf.example.com"],
    refused: /redirect=/,
    understood: true,
  },
  { name: "ten look-ups, and SES", txt: [`v=spf1 ${includes(10)} ~all`], refused: /takes 11/ },
  {
    name: "too many look-ups with SES among them",
    txt: [`v=spf1 a mx ptr exists:example.net ${includes(7)} ${SES} -all`],
    refused: /takes 12/,
  },
  { name: "SES turned away", txt: [`v=spf1 -${SES} ~all`], refused: /opposite/, understood: true },
  { name: "SES in doubt", txt: [`v=spf1 ?${SES} ~all`], refused: /opposite/, understood: true },
  { name: "an unknown mechanism", txt: ["v=spf1 ip:192.0.2.1 -all"], refused: /"ip:192.0.2.1"/ },
  { name: "ipv4", txt: ["v=spf1 ipv4:192.0.2.1 -all"], refused: /"ipv4:192.0.2.1"/ },
  { name: "no address", txt: ["v=spf1 ip4:192.0.2.256 -all"], refused: /ip4:192.0.2.256/ },
  { name: "too long a network", txt: ["v=spf1 ip4:192.0.2.0/33 -all"], refused: /\/33/ },
  { name: "IPv4 as IPv6", txt: ["v=spf1 ip6:192.0.2.1 -all"], refused: /ip6:192/ },
  { name: "an include of nothing", txt: ["v=spf1 include: -all"], refused: /"include:"/ },
  {
    name: "an include with two dots",
    txt: ["v=spf1 include:spf..example.net -all"],
    refused: /spf\.\.example/,
  },
  {
    name: "an include with a space",
    txt: ["v=spf1 include: example.net -all"],
    refused: /"include:"/,
  },
  {
    name: "an include with =",
    txt: ["v=spf1 include=_spf.google.com a:mx b -all"],
    refused: /"a:mx"/,
  },
  { name: "an address to include", txt: ["v=spf1 include:192.0.2.1 -all"], refused: /include:192/ },
  { name: "commas", txt: ["v=spf1 mx, include:_spf.google.com, -all"], refused: /"mx,"/ },
  { name: "semicolons", txt: ["v=spf1; mx; -all"], refused: /does not begin/ },
  { name: "quotes within", txt: ['"v=spf1 mx -all"'], refused: /does not begin/ },
  { name: "a space before", txt: [" v=spf1 mx -all"], refused: /does not begin/ },
  { name: "a tab", txt: ["v=spf1\tmx -all"], refused: /does not begin/ },
  { name: "a tab within", txt: ["v=spf1 mx\t-all"], refused: /"mx\?-all"/ },
  { name: "no version", txt: ["spf1 mx -all"], refused: /does not begin/ },
  { name: "a dash of print", txt: ["v=spf1 mx –all"], refused: /is not SPF/ },
  { name: "all with a value", txt: ["v=spf1 mx -all:example.com"], refused: /-all:example.com/ },
  { name: "a broken macro", txt: ["v=spf1 exists:%{x}.example.com -all"], refused: /%\{x\}/ },
  {
    name: "a macro of no part (7.1: not zero)",
    txt: ["v=spf1 include:%{i0}._spf.example.com -all"],
    refused: /%\{i0\}/,
  },
  {
    name: "a macro of explanations alone",
    txt: ["v=spf1 exists:%{c}.example.com -all"],
    refused: /%\{c\}/,
  },
  { name: "a lone percent", txt: ["v=spf1 exists:%i.example.com -all"], refused: /%i/ },
  {
    name: "two explanations",
    txt: ["v=spf1 -all exp=a.example.com exp=b.example.com"],
    refused: /two exp=/,
  },
  { name: "a sign before a modifier", txt: ["v=spf1 -exp=a.example.com -all"], refused: /-exp=/ },
];
