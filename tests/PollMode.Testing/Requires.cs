using System.Globalization;
using Xunit;

namespace PollMode.Testing;

/// <summary>What a test needs of the host. Without it the test is skipped, visibly, with the name of what is missing.</summary>
public static class Requires
{
    private const int CapNetAdmin = 12;
    private const int CapNetRaw = 13;
    private const int CapSysAdmin = 21;

    public static void Root() => Assert.SkipUnless(Environment.UserName == "root", "needs root: run the tests with sudo");

    /// <summary>Free hugepages of 2 MiB.</summary>
    public static void HugePages(int count)
    {
        long free = ReadNumber("/proc/meminfo", "HugePages_Free:", 10);
        Assert.SkipUnless(free >= count, $"needs {count} free hugepages of 2 MiB, and there are {free}: run 'sysctl vm.nr_hugepages={count}'");
    }

    /// <summary>A program on the path.</summary>
    public static void Tool(string name) => Assert.SkipUnless(HasTool(name), $"needs the program '{name}': install it");

    /// <summary>The rights to make network namespaces and move interfaces into them, and iproute2.</summary>
    public static void NetworkNamespaces()
    {
        Capability("CAP_SYS_ADMIN", CapSysAdmin);
        Capability("CAP_NET_ADMIN", CapNetAdmin);
        Tool("ip");
    }

    /// <summary>The right to open packet sockets.</summary>
    public static void RawSockets() => Capability("CAP_NET_RAW", CapNetRaw);

    /// <summary>A file or device of the host.</summary>
    public static void Path(string path) => Assert.SkipUnless(System.IO.Path.Exists(path), $"needs {path}, and this host has none");

    /// <summary>Whether a program is on the path.</summary>
    public static bool HasTool(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Append("/usr/sbin").Append("/sbin").Any(folder => File.Exists(System.IO.Path.Combine(folder, name)));

    private static void Capability(string name, int bit)
    {
        long effective = ReadNumber("/proc/self/status", "CapEff:", 16);
        Assert.SkipUnless((effective >> bit & 1) != 0, $"needs {name}: run the tests as root");
    }

    private static long ReadNumber(string file, string label, int radix)
    {
        if (!File.Exists(file))
        {
            return 0;
        }

        string? line = File.ReadLines(file).FirstOrDefault(each => each.StartsWith(label, StringComparison.Ordinal));
        string digits = line?[label.Length..].Trim().Split(' ')[0] ?? string.Empty;
        NumberStyles style = radix == 16 ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return long.TryParse(digits, style, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }
}
