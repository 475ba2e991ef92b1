using System.Globalization;
using PollMode.Pool;

// The measurements of perf/README.md, "The pool".
double Seconds(double otherwise) => args.Length > 1 ? double.Parse(args[^1], CultureInfo.InvariantCulture) : otherwise;
switch (args.FirstOrDefault())
{
    case "foreign":
        ForeignCommand.Run(Seconds(1));
        break;
    case "worst":
        WorstCommand.Run((int)Seconds(21));
        break;

    default:
        Console.Error.WriteLine("""
            usage: PollMode.Pool foreign [seconds]   returns from 1, 2, 4 and 8 other threads, beside other ways and DPDK's ring
                   PollMode.Pool worst [rounds]      the longest single Rent of a growing pool, with and without a supplier
            """);
        return 2;
}

return 0;
