using System.Globalization;
using PollMode.Iotlb;

// Writes the table and the charts of perf/README.md. Usage: PollMode.Iotlb [folder] [minutes]
string folder = args.Length > 0 ? args[0] : "perf/charts";
double minutes = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 11;
Directory.CreateDirectory(folder);
Series[] overTime = Study.OverTime(minutes);
Series forEver = Study.ForEver(minutes)[0];
Series[] sweep = Study.Sweep(minutes);
Charts.OverTime(overTime, Path.Combine(folder, "iotlb-over-time.png"));
Charts.Sweep(sweep, Path.Combine(folder, "iotlb-sweep.png"));
string table = string.Join(Environment.NewLine, Tables.OverTime(overTime, minutes), Tables.ForEver(forEver), Tables.Sweep(sweep));
File.WriteAllText(Path.Combine(folder, "iotlb.md"), table);
Console.WriteLine(table);
