/// Every work cited by a `Source:` line, in alphabetical order of key; a test fails on an unknown and on an unused key.
public let references: [Reference] = [
  Reference(
    key: "agarwal2021", authors: "Agarwal, Schwarzer, Castro et al.", year: 2021,
    title: "Deep reinforcement learning at the edge of the statistical precipice",
    locator: "NeurIPS 34:29304-29320, arXiv:2108.13264"),
  Reference(
    key: "bae2025", authors: "Bae et al.", year: 2025,
    title: "Online difficulty filtering for reasoning oriented reinforcement learning",
    locator: "arXiv:2504.03380"),
  Reference(
    key: "barlow1972", authors: "Barlow, Bartholomew, Bremner, Brunk", year: 1972,
    title: "Statistical inference under order restrictions", locator: "Wiley"),
  Reference(
    key: "bonett2000", authors: "Bonett, Wright", year: 2000,
    title: "Sample size requirements for estimating Pearson, Kendall and Spearman correlations",
    locator: "Psychometrika 65:23-28"),
  Reference(
    key: "brent1973", authors: "Brent", year: 1973,
    title: "Algorithms for minimization without derivatives", locator: "Prentice-Hall"),
  Reference(
    key: "casella1985", authors: "Casella", year: 1985,
    title: "An introduction to empirical Bayes data analysis",
    locator: "The American Statistician 39:83-87"),
  Reference(
    key: "chan1983", authors: "Chan, Golub, LeVeque", year: 1983,
    title: "Algorithms for computing the sample variance: analysis and recommendations",
    locator: "The American Statistician 37:242-247"),
  Reference(
    key: "chen2021", authors: "Chen, Tworek, Jun et al.", year: 2021,
    title: "Evaluating large language models trained on code",
    locator: "arXiv:2107.03374"),
  Reference(
    key: "cheng2025", authors: "Cheng, Huang, Zhu et al.", year: 2025,
    title: "Reasoning with exploration: an entropy perspective", locator: "arXiv:2506.14758"),
  Reference(
    key: "cobaRL2026", authors: "the authors of CoBA-RL", year: 2026,
    title: "CoBA-RL, capability-oriented budget allocation for RL of language models",
    locator: "arXiv:2602.03048"),
  Reference(
    key: "cobbe2021", authors: "Cobbe, Kosaraju, Bavarian et al.", year: 2021,
    title: "Training verifiers to solve math word problems", locator: "arXiv:2110.14168"),
  Reference(
    key: "cochran1977", authors: "Cochran", year: 1977,
    title: "Sampling techniques, third edition", locator: "Wiley"),
  Reference(
    key: "cormRAG2026", authors: "the authors of CoRM-RAG", year: 2026,
    title: "CoRM-RAG",
    locator: "arXiv:2605.01302; PeiYangLiu/CoRM-RAG"),
  Reference(
    key: "cui2025", authors: "Cui, Zhang, Chen et al.", year: 2025,
    title: "The entropy mechanism of reinforcement learning for reasoning language models",
    locator: "arXiv:2505.22617"),
  Reference(
    key: "duet2026", authors: "Hu et al.", year: 2026,
    title: "DUET, rollouts and lengths under a token budget", locator: "arXiv:2605.08441; Haoyu-Hu/DUET"),
  Reference(
    key: "dynamo2026", authors: "Fang, Lin, Fu et al.", year: 2026,
    title:
      "How to allocate, how to learn? Dynamic rollout allocation and advantage modulation for policy optimization",
    locator: "arXiv:2602.19208"),
  Reference(
    key: "dynamoRelease2026", authors: "Fang, Lin, Fu et al.", year: 2026,
    title: "DynaMO-RL, released code", locator: "GithubX-F/DynaMO-RL, commit 63e5ec9"),
  Reference(
    key: "efron1987", authors: "Efron", year: 1987,
    title: "Better bootstrap confidence intervals", locator: "JASA 82:171-185"),
  Reference(
    key: "elYaniv2010", authors: "El-Yaniv, Wiener", year: 2010,
    title: "On the foundations of noise-free selective classification",
    locator: "JMLR 11:1605-1641"),
  Reference(
    key: "fisher1935", authors: "Fisher", year: 1935,
    title: "The design of experiments",
    locator: "Oliver and Boyd"),
  Reference(
    key: "greensmith2004", authors: "Greensmith, Bartlett, Baxter", year: 2004,
    title: "Variance reduction techniques for gradient estimates in reinforcement learning",
    locator: "JMLR 5:1471-1530"),
  Reference(
    key: "greso2025", authors: "Zheng et al.", year: 2025,
    title: "Act only when it pays: efficient reinforcement learning for LLM reasoning via selective rollouts",
    locator: "arXiv:2506.02177; Infini-AI-Lab/GRESO"),
  Reference(
    key: "gross1956", authors: "Gross", year: 1956,
    title: "A class of discrete-type minimization problems", locator: "RAND RM-1644"),
  Reference(
    key: "gvm2025", authors: "Yao, Hao, Zhang et al.", year: 2025,
    title:
      "Optimizing chain-of-thought reasoners via gradient variance minimization in rejection sampling and RL",
    locator: "arXiv:2505.02391; RLHFlow/GVM"),
  Reference(
    key: "hamilton1792", authors: "Hamilton", year: 1792,
    title: "The method of largest remainders", locator: "letter on apportionment"),
  Reference(
    key: "hao2025", authors: "Hao, Dong, Wu et al.", year: 2025,
    title: "On-policy RL with optimal reward baseline", locator: "arXiv:2505.23585"),
  Reference(
    key: "harremoes2001", authors: "Harremoës, Topsøe", year: 2001,
    title: "Inequalities between entropy and index of coincidence derived from information diagrams",
    locator: "IEEE Trans. Inf. Theory 47:2944-2960"),
  Reference(
    key: "holm1979", authors: "Holm", year: 1979,
    title: "A simple sequentially rejective multiple test procedure", locator: "Scand. J. Statist. 6:65-70"),
  Reference(
    key: "hora2026", authors: "the authors of HORA", year: 2026,
    title: "HORA, hit-utility optimal rollout allocation",
    locator: "arXiv:2605.07114"),
  Reference(
    key: "hormann1993", authors: "Hörmann", year: 1993,
    title: "The generation of binomial random variates", locator: "J. Stat. Comput. Simul. 46:101-110"),
  Reference(
    key: "horvitz1952", authors: "Horvitz, Thompson", year: 1952,
    title: "A generalization of sampling without replacement from a finite universe",
    locator: "JASA 47:663-685"),
  Reference(
    key: "hu2025", authors: "Hu, Liu, Xu, Shen", year: 2025,
    title: "REINFORCE++: stabilizing critic-free policy optimization",
    locator: "arXiv:2501.03262"),
  Reference(
    key: "jeffreys1946", authors: "Jeffreys", year: 1946,
    title: "An invariant form for the prior probability in estimation problems",
    locator: "Proc. R. Soc. A 186:453-461"),
  Reference(
    key: "julier2004", authors: "Julier, Uhlmann", year: 2004,
    title: "Unscented filtering and nonlinear estimation", locator: "Proc. IEEE 92(3):401-422"),
  Reference(
    key: "kantorovich1948", authors: "Kantorovich", year: 1948,
    title: "Functional analysis and applied mathematics", locator: "Uspekhi Matematicheskikh Nauk 3(6):89-185"
  ),
  Reference(
    key: "kingma2015", authors: "Kingma, Ba", year: 2015,
    title: "Adam: a method for stochastic optimization",
    locator: "ICLR, arXiv:1412.6980"),
  Reference(
    key: "knapsack2025", authors: "Li et al.", year: 2025,
    title: "Knapsack RL: unlocking exploration of LLMs via optimizing budget allocation",
    locator: "arXiv:2509.25849"),
  Reference(
    key: "knight1966", authors: "Knight", year: 1966,
    title: "A computer method for calculating Kendall's tau with ungrouped data", locator: "JASA 61:436-439"),
  Reference(
    key: "kool2019", authors: "Kool, van Hoof, Welling", year: 2019,
    title: "Buy 4 REINFORCE samples, get a baseline for free!", locator: "ICLR 2019 DeepRLStructPred workshop"
  ),
  Reference(
    key: "lilo2025", authors: "Foster et al.", year: 2025,
    title: "Learning to reason at the frontier of learnability",
    locator: "arXiv:2502.12272"),
  Reference(
    key: "liu2025", authors: "Liu, Chen, Li et al.", year: 2025,
    title: "Understanding R1-Zero-like training: a critical perspective", locator: "arXiv:2503.20783"),
  Reference(
    key: "loader2000", authors: "Loader", year: 2000,
    title: "Fast and accurate computation of binomial probabilities", locator: "Bell Laboratories report"),
  Reference(
    key: "loshchilov2019", authors: "Loshchilov, Hutter", year: 2019,
    title: "Decoupled weight decay regularization", locator: "arXiv:1711.05101"),
  Reference(
    key: "morris2019", authors: "Morris, White, Crowther", year: 2019,
    title: "Using simulation studies to evaluate statistical methods", locator: "Stat. Med. 38:2074-2102"),
  Reference(
    key: "naeini2015", authors: "Naeini, Cooper, Hauskrecht", year: 2015,
    title: "Obtaining well calibrated probabilities using Bayesian binning",
    locator: "AAAI 29:2901-2907"),
  Reference(
    key: "nelder1965", authors: "Nelder, Mead", year: 1965,
    title: "A simplex method for function minimization", locator: "The Computer Journal 7:308-313"),
  Reference(
    key: "neumaier1974", authors: "Neumaier", year: 1974,
    title: "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", locator: "ZAMM 54:39-51"),
  Reference(
    key: "neyman1934", authors: "Neyman", year: 1934,
    title: "On the two different aspects of the representative method", locator: "JRSS 97:558-625"),
  Reference(
    key: "passRateControl2026", authors: "the authors of arXiv:2605.05112", year: 2026,
    title: "Pass-rate control by prefix sampling",
    locator: "arXiv:2605.05112"),
  Reference(
    key: "pcl2025", authors: "Gao et al.", year: 2025,
    title: "Prompt curriculum learning for efficient LLM post-training",
    locator: "arXiv:2510.01135"),
  Reference(
    key: "phipson2010", authors: "Phipson, Smyth", year: 2010,
    title:
      "Permutation p-values should never be zero: calculating exact p-values when permutations are randomly drawn",
    locator: "Stat. Appl. Genet. Mol. Biol. 9:39"),
  Reference(
    key: "platt1999", authors: "Platt", year: 1999,
    title:
      "Probabilistic outputs for support vector machines and comparisons to regularized likelihood methods",
    locator: "Advances in Large Margin Classifiers, MIT Press, 61-74"),
  Reference(
    key: "preRL2026", authors: "the authors of PreRL and DSRL", year: 2026,
    title: "PreRL and DSRL: reinforcement of the response without its prompt",
    locator: "arXiv:2604.14142"),
  Reference(
    key: "radford2019", authors: "Radford, Wu, Child et al.", year: 2019,
    title: "Language models are unsupervised multitask learners", locator: "OpenAI"),
  Reference(
    key: "rasmussen2006", authors: "Rasmussen, Williams", year: 2006,
    title: "Gaussian processes for machine learning",
    locator: "MIT Press"),
  Reference(
    key: "reinforceAda2025", authors: "Xiong et al.", year: 2025,
    title: "Reinforce-Ada: an adaptive sampling framework for Reinforce-style LLM training",
    locator: "arXiv:2510.04996; RLHFlow/Reinforce-Ada"),
  Reference(
    key: "responseReuse2025", authors: "Zhang et al.", year: 2025,
    title: "Improving sampling efficiency in RLVR through adaptive rollout and response reuse",
    locator: "arXiv:2509.25808"),
  Reference(
    key: "salmon2011", authors: "Salmon, Moraes, Dror, Shaw", year: 2011,
    title: "Parallel random numbers: as easy as 1, 2, 3", locator: "SC11, doi:10.1145/2063384.2063405"),
  Reference(
    key: "schuirmann1987", authors: "Schuirmann", year: 1987,
    title: "A comparison of the two one-sided tests procedure and the power approach",
    locator: "J. Pharmacokinet. Biopharm. 15:657-680"),
  Reference(
    key: "schulman2017", authors: "Schulman, Wolski, Dhariwal et al.", year: 2017,
    title: "Proximal policy optimization algorithms", locator: "arXiv:1707.06347"),
  Reference(
    key: "schulman2020", authors: "Schulman", year: 2020,
    title: "Approximating KL divergence", locator: "joschu.net/blog/kl-approx.html"),
  Reference(
    key: "shao2024", authors: "Shao, Wang, Zhu et al.", year: 2024,
    title: "DeepSeekMath: pushing the limits of mathematical reasoning in open language models",
    locator: "arXiv:2402.03300"),
  Reference(
    key: "spearman1910", authors: "Spearman", year: 1910,
    title: "Correlation calculated from faulty data", locator: "Br. J. Psychol. 3:271-295"),
  Reference(
    key: "speed2025", authors: "Zhang et al.", year: 2025,
    title: "SPEED-RL: faster training of reasoning models via online curriculum learning",
    locator: "arXiv:2506.09016; Zanette-Labs/speed-rl"),
  Reference(
    key: "su2021", authors: "Su, Lu, Pan et al.", year: 2021,
    title: "RoFormer: enhanced transformer with rotary position embedding", locator: "arXiv:2104.09864"),
  Reference(
    key: "swaminathan2015", authors: "Swaminathan, Joachims", year: 2015,
    title: "Counterfactual risk minimization: learning from logged bandit feedback",
    locator: "ICML, PMLR 37:814-823"),
  Reference(
    key: "swaminathan2015b", authors: "Swaminathan, Joachims", year: 2015,
    title: "The self-normalized estimator for counterfactual learning",
    locator: "NeurIPS 28:3231-3239"),
  Reference(
    key: "tricomi1951", authors: "Tricomi, Erdélyi", year: 1951,
    title: "The asymptotic expansion of a ratio of gamma functions", locator: "Pacific J. Math. 1:133-142"),
  Reference(
    key: "vip2026", authors: "the authors of VIP", year: 2026,
    title: "VIP, variance-informed predictive allocation of rollouts",
    locator: "arXiv:2602.01601; HieuNT91/VIP"),
  Reference(
    key: "vose1991", authors: "Vose", year: 1991,
    title: "A linear algorithm for generating random numbers with a given distribution",
    locator: "IEEE Trans. Softw. Eng. 17:972-975"),
  Reference(
    key: "wang2025", authors: "Wang, Yu, Gao et al.", year: 2025,
    title:
      "Beyond the 80/20 rule: high-entropy minority tokens drive effective reinforcement learning for LLM reasoning",
    locator: "arXiv:2506.01939"),
  Reference(
    key: "waudbysmith2021", authors: "Waudby-Smith, Arbour, Sinha et al.", year: 2021,
    title: "Time-uniform central limit theory and asymptotic confidence sequences",
    locator: "arXiv:2103.06476"),
  Reference(
    key: "waudbysmith2024", authors: "Waudby-Smith, Ramdas", year: 2024,
    title: "Estimating means of bounded random variables by betting", locator: "JRSS B 86:1-27"),
  Reference(
    key: "williams1992", authors: "Williams", year: 1992,
    title: "Simple statistical gradient-following algorithms for connectionist reinforcement learning",
    locator: "Machine Learning 8:229-256"),
  Reference(
    key: "wilson1927", authors: "Wilson", year: 1927,
    title: "Probable inference, the law of succession, and statistical inference", locator: "JASA 22:209-212"),
  Reference(
    key: "wright2012", authors: "Wright", year: 2012,
    title: "The equivalence of Neyman optimum allocation for sampling and equal proportions for apportioning",
    locator: "The American Statistician 66:217-224"),
  Reference(
    key: "wright2017", authors: "Wright", year: 2017,
    title: "Exact optimal sample allocation: more efficient than Neyman",
    locator: "Stat. Probab. Lett. 129:50-57"),
  Reference(
    key: "ye2020", authors: "Ye, Liu, Sun et al.", year: 2020,
    title: "Mastering complex control in MOBA games with deep reinforcement learning",
    locator: "AAAI 2020, arXiv:1912.09729"),
  Reference(
    key: "yu2025", authors: "Yu, Zhang, Zhu et al.", year: 2025,
    title: "DAPO: an open-source LLM reinforcement learning system at scale", locator: "arXiv:2503.14476"),
  Reference(
    key: "zhu2025", authors: "Zhu, Xia, Wei et al.", year: 2025,
    title: "The surprising effectiveness of negative reinforcement in LLM reasoning",
    locator: "arXiv:2506.01347"),
]
