using System.Globalization;

namespace PollMode.Drivers.AfXdp.Tests.Live;

/// <summary>
/// Sees to it that a test leaves nothing of the kernel's behind in this process: no socket, BPF map, program or link, no eventfd, no hugepage.
/// The process's own, because others on the machine have such things too. Declared before whatever the test opens.
/// </summary>
internal sealed class LeakCheck : IDisposable
{
    private readonly Dictionary<string, int> _files = Files();
    private readonly long _hugePages = HugePages();

    public void Dispose()
    {
        string what = string.Empty;
        long deadline = Environment.TickCount64 + 10_000;
        while (Environment.TickCount64 < deadline)
        {
            // A pool's memory is unmapped by a thread of its own.
            what = string.Join(", ", Files().Where(kind => kind.Value > _files.GetValueOrDefault(kind.Key)).Select(kind => $"{kind.Value - _files.GetValueOrDefault(kind.Key)} x {kind.Key}"));
            what += HugePages() > _hugePages ? $" {HugePages() - _hugePages} KiB of hugepages" : string.Empty;
            if (what.Length == 0)
            {
                return;
            }

            Thread.Sleep(5);
        }

        Assert.Fail($"left behind: {what}");
    }

    /// <summary>The kernel's numbers of the BPF objects that a process holds, by kind: "map", "prog" and "link".</summary>
    public static List<(string Kind, uint Id)> BpfObjects(int process)
    {
        var found = new List<(string, uint)>();
        foreach (string file in Directory.GetFiles($"/proc/{process}/fdinfo"))
        {
            string[] lines = File.ReadAllLines(file);
            foreach (string kind in (string[])["map", "link", "prog"])
            {
                // A link names its program, too, so that the first of these is what the file is.
                if (lines.FirstOrDefault(line => line.StartsWith(kind + "_id:", StringComparison.Ordinal)) is { } line)
                {
                    found.Add((kind, uint.Parse(line.Split(':')[1], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture)));
                    break;
                }
            }
        }

        return found;
    }

    private static Dictionary<string, int> Files()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string file in Directory.GetFiles("/proc/self/fd"))
        {
            string target = new FileInfo(file).LinkTarget ?? string.Empty;
            string kind = target.StartsWith("socket:", StringComparison.Ordinal) ? "socket" : target;
            if (kind is "socket" or "anon_inode:bpf-map" or "anon_inode:bpf-prog" or "anon_inode:bpf_link" or "anon_inode:[eventfd]")
            {
                counts[kind] = counts.GetValueOrDefault(kind) + 1;
            }
        }

        return counts;
    }

    private static long HugePages() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("HugetlbPages:", StringComparison.Ordinal)).Split(':')[1].Replace("kB", string.Empty, StringComparison.Ordinal),
        NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
}
