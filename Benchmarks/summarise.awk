# Turns the raw lines of Benchmarks/run into results.csv (medians per program) and results.md (targets, ratios, machine).
# Raw: round,peer,formulation,generator,estimator,group,threads,groups,ns_per_group,trace,trace_se,second_moment,...
#      round,vocabulary,program,formulation,,,,,GB_per_second      and      round,factors,program,formulation,,,,,seconds
#      round,training,program,formulation,work,,threads,tokens,wall_seconds,processor_seconds
#      round,training-spin,,,,,2,,gain
#      round,spin,,,,,2,,gain      and      1,audit,MB,,,,,,MB_per_second,MiB
BEGIN { FS = OFS = "," }

function sort(a, n,   i, j, t) {
  for (i = 2; i <= n; i++) { t = a[i]; for (j = i - 1; j > 0 && a[j] > t; j--) a[j + 1] = a[j]; a[j + 1] = t }
}
# The median, and in `low` and `high` the extremes, of values[key, 1 ... count[key]].
function median(values, key, n,   i, a) {
  for (i = 1; i <= n; i++) a[i] = values[key, i]
  sort(a, n)
  low = a[1]; high = a[n]
  return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}
function add(key, value) { series[key, ++count[key]] = value }
function absolute(x) { return x < 0 ? -x : x }

$2 == "spin" { add("spin", $9); spin[$1] = $9; next }
$2 == "training-spin" { add("trainingspin", $9); next }
$2 == "training" {
  key = $3 "," $4 "," $5 "," $7
  if (!(key in count)) { trainingOrder[++trainingPrograms] = key; tokensOf[key] = $8 }
  # One thread: processor time, free of what else runs. Two: wall time, since waiting is what parallel work may cost.
  add(key, $7 == 1 ? $10 : $9); time[key, $1] = $7 == 1 ? $10 : $9
  add("wall," key, $9); time["wall," key, $1] = $9
  if ($1 > rounds) rounds = $1
  next
}
$2 == "audit" { add("audit," $3, $9); add("auditmemory," $3, $10); if ($3 > largest) largest = $3
                if (!smallest || $3 < smallest) smallest = $3; next }
$2 == "vocabulary" || $2 == "factors" {
  key = $2 "," $3 "," $4
  if (!(key in count)) tokenOrder[++tokenPrograms] = key
  add(key, $9)
  time[key, $1] = $9
  if ($1 > rounds) rounds = $1
  next
}
{
  key = $2 "," $3 "," $4 "," $5 "," $6 "," $7
  if (!(key in count)) order[++programs] = key
  add(key, $9)
  time[key, $1] = $9
  trace[key] = $10; error[key] = $11
  if ($1 > rounds) rounds = $1
}

# The median over rounds of time[slow] / time[fast].
function ratio(slow, fast,   r, n) {
  n = 0
  for (r = 1; r <= rounds; r++)
    if ((slow, r) in time && (fast, r) in time) paired["ratio", ++n] = time[slow, r] / time[fast, r]
  return n ? median(paired, "ratio", n) : ""
}
# The formulation of a peer with the smallest median among those whose name matches `pattern`.
function fastest(peer, estimator, group, pattern,   i, f, best, m, bestTime) {
  best = ""
  for (i = 1; i <= programs; i++) {
    split(order[i], f, ",")
    if (f[1] != peer || f[4] != estimator || f[5] != group || f[2] !~ pattern) continue
    m = median(series, order[i], count[order[i]])
    if (best == "" || m < bestTime) { best = order[i]; bestTime = m }
  }
  return best
}
function target(name, value, unit, condition,   met, parts) {
  split(condition, parts, " ")
  met = value == "" ? "not measured" : (parts[1] == ">=" ? value + 0 >= parts[2] + 0 : \
        parts[1] == "<" ? value + 0 < parts[2] + 0 : value + 0 == parts[2] + 0) ? "yes" : "no"
  printf "| %s | %s | %s | %s |\n", name, condition " " unit, value == "" ? "" : sprintf("%.4g %s", value, unit), met > md
  printf "target,%s,%s,%s,%s,%s\n", name, value, unit, condition, met > csv
}
# The formulation of PyTorch with the smallest median for one kind of work.
function fastestTorch(pattern, work, threads,   i, f, m, best, bestTime) {
  best = ""
  for (i = 1; i <= trainingPrograms; i++) {
    split(trainingOrder[i], f, ",")
    if (f[1] != "torch" || f[2] !~ pattern || f[3] != work || f[4] != threads) continue
    m = median(series, trainingOrder[i], count[trainingOrder[i]])
    if (best == "" || m < bestTime) { best = trainingOrder[i]; bestTime = m }
  }
  return best
}
function ownTraining(work, threads) { return "allot," (work == "step" ? "eager" : "all statistics") "," work "," threads }
function compareTraining(work, threads, label, condition,   peer, value) {
  peer = fastestTorch("^eager; ", work, threads)
  value = peer == "" ? "" : ratio(peer, ownTraining(work, threads))
  target(label " on " (threads == 1 ? "one thread" : "two threads") ": faster than PyTorch eager", value, "times", condition)
}
# The plain sum with the highest median bandwidth among those that read the same array (NumPy reads its own).
function plainSum(type,   i, m, best, bestRate) {
  best = ""
  for (i = 1; i <= tokenPrograms; i++) {
    if (tokenOrder[i] !~ "^vocabulary,(c|swift),.*sum of " type "$") continue
    m = median(series, tokenOrder[i], count[tokenOrder[i]])
    if (best == "" || m > bestRate) { best = tokenOrder[i]; bestRate = m }
  }
  return best
}
function compare(estimator, group, peer, pattern, label, condition,   slow, value) {
  slow = fastest(peer, estimator, group, pattern)
  value = slow == "" ? "" : ratio(slow, "allot,counts,Philox4x32-10," estimator "," group ",1")
  target(label, value, "times", condition)
}

END {
  print "# Benchmark results\n" > md
  print "Medians over rounds in which all programs ran in turn; written by `Benchmarks/run`. The simulated world has K = 8" > md
  print "actions and rewards in {0, 1}; every program computes, in double precision, the covariance trace from pairs of" > md
  print "groups with its standard error, the second moment and the mean vector of the group's gradient estimate.\n" > md
  print "kind,name,value,unit,condition,met" > csv

  print "| target | wanted | measured | met |\n|---|---|---|---|" > md
  if (programs) split("rloo none", estimators, " ")
  for (e = 1; programs && e <= 2; e++) {
    name = estimators[e] == "none" ? "no baseline" : "leave-one-out"
    compare(estimators[e], 16, "numpy", ".", name ", n = 16: faster than NumPy's fastest", ">= 10")
    compare(estimators[e], 16, "c-gsl", "scan|alias", name ", n = 16: faster than C with GSL's Mersenne twister", ">= 2")
    compare(estimators[e], 1024, "numpy", "searchsorted", name ", n = 1024: faster than NumPy per rollout (searchsorted)", ">= 100")
    compare(estimators[e], 1024, "numpy", "searchsorted|thresholds", name ", n = 1024: faster than NumPy per rollout (its fastest form)", ">= 100")
  }
  one = "allot-scaling,counts,Philox4x32-10,rloo,16,1"; two = "allot-scaling,counts,Philox4x32-10,rloo,16,2"
  if (programs) target("two threads against one", ratio(one, two), "times", ">= 1.9")
  if (tokenPrograms) {
    sums = "vocabulary,allot,exact entropy change of doubles"
    plain = plainSum("doubles")
    target("exact entropy change from full vocabularies: bandwidth against the fastest plain sum", plain == "" ? "" : ratio(sums, plain), "times", ">= 0.5")
    target("both factors of ten million tokens on one core", median(series, "factors,allot,both", count["factors,allot,both"]), "s", "< 1")
  }
  if (trainingPrograms) {
    compareTraining("step", 1, "training step", ">= 1.2")
    compareTraining("step", 2, "training step", ">= 1.5")
    value = ratio("wall," ownTraining("step", 1), "wall," ownTraining("step", 2))
    target("training step: two threads against one", value, "times", ">= 1.8")
    for (threads = 1; threads <= 2; threads++) {
      compareTraining("sample-64", threads, "64 rollouts of 32 tokens", ">= 2.5")
      compareTraining("sample-512", threads, "512 rollouts of 32 tokens", ">= 2.5")
    }
  }
  while ((getline line < measures) > 0) { split(line, f, ","); target(f[1], f[2], f[3], f[4]) }
  if (largest) {
    target("audit: megabytes of JSONL a second on one core", median(series, "audit," largest, count["audit," largest]), "MB/s", ">= 200")
    memory = median(series, "auditmemory," largest, count["auditmemory," largest])
    target("audit: peak memory of " largest " MB against " smallest " MB", \
      memory / median(series, "auditmemory," smallest, count["auditmemory," smallest]), "times", "< 1.1")
  }

  if (count["spin"]) {
    gain = median(series, "spin", count["spin"])
    printf "\nThe machine itself gave register arithmetic %.2f times the speed on two threads (%.2f to %.2f) during the run;\n", gain, low, high > md
    n = 0
    for (r = 1; r <= rounds; r++) if ((one, r) in time && (two, r) in time && r in spin)
      paired["efficiency", ++n] = time[one, r] / time[two, r] / spin[r]
    if (n) {
      printf "of what it gave, the simulation used %.0f %% (median over rounds).\n", 100 * median(paired, "efficiency", n) > md
      printf "measure,two threads: share of the machine's own gain,%.4f,,,\n", median(paired, "efficiency", n) > csv
    }
    printf "measure,second thread's gain for register arithmetic,%.4f,times,,\n", gain > csv
  }

  if (programs) {
    print "\n## Nanoseconds per group\n" > md
    print "| n | estimator | program | formulation | generator | threads | median (extremes) | M rollouts/s | allot is faster by |" > md
    print "|---|---|---|---|---|---|---|---|---|" > md
  }
  for (i = 1; i <= programs; i++) {
    key = order[i]
    split(key, f, ",")
    if (f[1] == "allot-scaling") continue
    reference = "allot,counts,Philox4x32-10," f[4] "," f[5] ",1"
    # Equal work gives equal answers: the traces of two programs differ by their Monte Carlo errors.
    z = absolute(trace[key] - trace[reference]) / sqrt(error[key] ^ 2 + error[reference] ^ 2)
    if (key != reference && z > 6) { printf "%s: trace %s differs from %s by %.1f standard errors\n", key, trace[key], trace[reference], z > "/dev/stderr"; wrong = 1 }
    m = median(series, key, count[key])
    printf "| %s | %s | %s | %s | %s | %s | %.4g (%.4g to %.4g) | %.4g | %s |\n", f[5], f[4], f[1], f[2], f[3], f[6], m, low, high, \
      f[5] / m * 1e3, key == reference ? "" : sprintf("%.3g", ratio(key, reference)) > md
    printf "time,%s %s %s %s n=%s threads=%s,%.6g,ns/group,,\n", f[1], f[2], f[3], f[4], f[5], f[6], median(series, key, count[key]) > csv
  }

  if (tokenPrograms) {
    print "\n## Vocabularies and tokens\n" > md
    print "Vocabularies of 49,152 probabilities, together far larger than the caches; bandwidth is bytes read once. allot computes four sums" > md
    print "(p, p squared, p log p, p squared log p), the plain sums one. Times are the thread\047s processor time.\n" > md
    print "| measure | program | formulation | median (extremes) | allot against it |\n|---|---|---|---|---|" > md
  }
  for (i = 1; i <= tokenPrograms; i++) {
    key = tokenOrder[i]
    split(key, f, ",")
    m = median(series, key, count[key])
    lowest = low; highest = high
    if (f[1] == "vocabulary") {
      own = "vocabulary,allot,four sums of " (f[3] ~ /floats/ ? "floats" : "doubles")
      against = key == own ? "" : sprintf("%.3f times the bandwidth", ratio(own, key))
    } else against = f[2] == "allot" ? "" : sprintf("%.3g times as fast", ratio(key, "factors,allot," f[3]))
    unit = f[1] == "vocabulary" ? "GB/s" : "s"
    printf "| %s | %s | %s | %.4g %s (%.4g to %.4g) | %s |\n", f[1], f[2], f[3], m, unit, lowest, highest, against > md
    printf "%s,%s %s,%.6g,%s,,\n", f[1] == "vocabulary" ? "bandwidth" : "time", f[2], f[3], m, unit > csv
  }

  if (trainingPrograms) {
    if (count["trainingspin"]) {
      gain = median(series, "trainingspin", count["trainingspin"])
      printf "\nDuring the training rounds the machine gave register arithmetic %.2f times the speed on two threads (%.2f to %.2f).\n", gain, low, high > md
      printf "measure,second thread\047s gain for register arithmetic (training),%.4f,times,,\n", gain > csv
    }
    print "\n## Trainer\n" > md
    print "The `nano` model (0.4 M parameters, 40 tokens) in single precision. A step is forward, loss, backward, clipping and AdamW on 64" > md
    print "sequences of 32 tokens; a rollout has 32 tokens after a prompt of 8, with cached keys and values. allot records log-probability," > md
    print "entropy and two sums of each token, PyTorch the log-probability alone unless said. Times are processor time on one thread and wall" > md
    print "time on two; ratios within rounds. `grouped`, `expanded` and `products` are forms of attention in PyTorch, the fastest just then.\n" > md
    print "| work | threads | program | formulation | median (extremes) in ms | wall in ms | tokens/s | allot is faster by |\n|---|---|---|---|---|---|---|---|" > md
  }
  for (i = 1; i <= trainingPrograms; i++) {
    key = trainingOrder[i]
    split(key, f, ",")
    m = median(series, key, count[key])
    lowest = low; highest = high
    own = ownTraining(f[3], f[4])
    printf "| %s | %s | %s | %s | %.4g (%.4g to %.4g) | %.4g | %.4g | %s |\n", f[3], f[4], f[1], f[2], 1e3 * m, 1e3 * lowest, 1e3 * highest, \
      1e3 * median(series, "wall," key, count["wall," key]), tokensOf[key] / m, key == own ? "" : sprintf("%.3g", ratio(key, own)) > md
    printf "time,training %s %s %s threads=%s,%.6g,s,,\n", f[1], f[2], f[3], f[4], m > csv
  }

  print "\n## Machine\n" > md
  while ((getline line < machine) > 0) {
    comma = index(line, ",")
    printf "- %s: %s\n", substr(line, 1, comma - 1), substr(line, comma + 1) > md
    text = substr(line, comma + 1); gsub(/,/, ";", text)
    printf "machine,%s,%s,,,\n", substr(line, 1, comma - 1), text > csv
  }
  first = 1
  while ((getline line < notes) > 0) { if (first) { print "\n## Notes\n" > md; first = 0 } print line > md }
  exit wrong
}
