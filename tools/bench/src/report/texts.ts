/** What the page says around its figures. */
export const TEXTS = {
  reading:
    "_Ratio_ is ours over the other side: the median of the ratios of five paired runs, both sides " +
    "in one run and neither always first. So a slow moment of the machine falls on both. _Ours_ and " +
    "_other side_ are each the median of their own runs. A figure without a bar is there to be known.",

  benches: {
    deliver:
      "Drains 10,000 queued emails: claim, call, settle, on a PostgreSQL that writes to disk " +
      "before it answers. The other side is a plain loop of the same call of the AWS SDK, 50 at once " +
      "(the most that our worker has on the wire), which keeps nothing anywhere. Both have their " +
      "content ready, are one process, and call an endpoint in a process of its own, which alone " +
      "answers many times what the loop can ask; that figure is the first of the table. The clock " +
      "runs from the first call that arrives until the last settlement has committed. The loop starts " +
      "a new call for each that ends, as a limit of concurrency does. _By fifties_ it starts fifty and " +
      "waits for all of them: then many answers come in one turn of the event loop, and each costs " +
      "less.",
    "deliver-rendered":
      "The same, with every email rendered from its template by the worker. The loop still has its content ready.",
    far:
      "The same with an endpoint that is far away: it answers after a lognormal time, whose median and " +
      "sigma the line names, the same times for each side. 2,000 emails; fifty calls at once on every " +
      "side, content ready. What a crash leaves in doubt is 75 of ours at the most.",
    workers:
      "Ours alone: two workers and four beside one, 20 calls at once each, at a median of 200 ms and " +
      "a sigma of 0.3. 4,000 emails.",
    hanging:
      "Ours alone, 60 ms and sigma 0.9: one call in two hundred never gets an answer, beside none. The " +
      "clock runs until the last call has arrived. Once with no limit, once at an account's 100 a second.",
    peers:
      "The same emails by a pipeline on graphile-worker and one on pg-boss: a job carries template, " +
      "address and props, its handler makes the same call. Each at the best of its settings below. " +
      "Neither looks up suppressions, records attempts, keeps a log, paces itself by the account's " +
      "rate, or knows what an email in doubt is.",
    enqueue:
      "A caller's Prisma transaction that queues one email: props checked, sealed, inserted. The other " +
      "side is the same single INSERT, its values ready, in the same kind of transaction; and in one by `pg`.",
    "enqueue-many":
      "A list of 10,000 emails in one transaction: each checked, sealed and inserted. The other side is " +
      "`pg` with the same rows, their values ready, in INSERTs of a thousand.",
    latency:
      "From the caller's COMMIT until the call of SES arrives: the idle worker is woken, claims, " +
      "renders and calls. The other side is a job of graphile-worker's that a transaction added, whose " +
      "task renders the same email and makes the same call; and, for what it says, the start of that " +
      "task, which is before any rendering or call.",
    rate:
      "Two workers and an endpoint, 60 ms and sigma 0.9 away, that enforces the account's rate with a " +
      "token bucket of one second's worth, and answers `TooManyRequestsException` beyond it.",
    fair:
      "A new password beside 100,000 emails that wait, at a new account's 14 a second, one worker: from " +
      "the COMMIT until its call of SES arrives. The other side is a second.",
    events:
      "10,000 events, each a signed message of SNS about an email of its own (nineteen deliveries to " +
      "one bounce, which suppresses its address), over 32 connections: verified, parsed, stored and " +
      "applied, on disk before the 200. _Both rows_ is the least that such a route has to do: it " +
      "checks the signature, inserts the event and updates its message, in one statement. _One INSERT_ " +
      "is a bare Express route that reads JSON and inserts it. The clock runs from the first request " +
      "until the last answer. Each is one process; the requests come from another.",
    signup:
      "Sign-ups a second of the built app, each with its sealed email in the outbox, on disk before " +
      "the answer; then log-ins, each with its session. 32 at once, each another client's. The other " +
      "side is a bare Express route that reads JSON, hashes the password at the same cost, on as many " +
      "threads at once, and stores nothing.",
    oracle:
      "Whether a stranger can tell what an address is: one with an account, one that nobody knows, " +
      "one that has signed up and not confirmed. Each is posted to log-in, to the form for a new " +
      "password and to sign-up of the built app, limits raised, every address once to each, the " +
      "kinds in random order. _Ours_ and _other side_ are the medians of the two kinds that the line " +
      "names, in ms. The AUC is how well the better of two classifiers tells them apart by the time " +
      "alone: one takes the slower, one learns how often each kind falls into which range of times, " +
      "and is tried on samples that it has not seen. 0.5 is a guess. _Different answers_ counts status, " +
      "headers and body together; of what is random, the length.",
    tail: "The time of a claim with 1,000,000 emails sent before, and with none.",
  },

  profile:
    "Of our worker, by V8's sampling profiler over one drain, as shares of the time that it was busy. " +
    "_Node.js, native_ is what the runtime does outside JavaScript: sockets, hashes, ciphers.",

  peers:
    "What each setting reached in one drain of 4,000 jobs, content ready. The best of each, in bold, " +
    "is what ours is compared with. graphile-worker's are those of its page on performance; pg-boss " +
    "fetches the next batch at once when one was full (`burstWhenBatchFull`).",

  /** Shown for each benchmark that has not met its bar. */
  notMet: {
    deliver:
      "PostgreSQL, which claims and settles beside the calls, shares the other core with the endpoint.",
    peers:
      "A message of ours is written three times after it was queued (claimed, settled, and the " +
      "attempt in a row of its own, which is the log), a job of theirs twice, deleted or marked at " +
      "its end. PostgreSQL works twice as long for ours, and it shares two cores with the sender.",
    enqueue: "Checking, sealing and the digest are in the caller's process.",
    hanging:
      "A call that hangs keeps its place until its time limit of 10 s: at 400 emails a second, twenty " +
      "of the fifty places.",
    latency:
      "The start of a task is not the end of ours: behind it ours renders, and makes the call, which " +
      "costs the SDK 2 ms in a process that has just been idle.",
    rate: "Tokens that pass while a claim is on its way are lost to the rate.",
    events:
      "An event is stored with what it means for its message and its address, whichever came first.",
    tail: "The claim's plan has changed with the size of the table.",
  } as Record<string, string>,

  cores:
    "Two cores mean that the sender has one, and PostgreSQL and the endpoint share the other. Where " +
    "the sender is the bottleneck, as in `deliver`, more cores change little; where the database is, " +
    "they help all sides of it. The figures of two machines cannot be compared, their ratios can.",
};
